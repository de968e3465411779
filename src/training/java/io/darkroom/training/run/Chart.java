package io.darkroom.training.run;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Lines over one axis, as PNG: loss curves and the plots of docs/theory.md. */
final class Chart {
    private static final Color[] COLOURS = {
        new Color(0x1F4E9E),
        new Color(0xC0392B),
        new Color(0x2E8B57),
        new Color(0xB8860B),
        new Color(0x7D3C98),
        new Color(0x16808A),
        new Color(0x555555),
        new Color(0xD2691E)
    };

    private final XYChart chart;
    private final Marker marker;

    /**
     * @param axis what goes to the right
     * @param marked whether each point has a dot
     */
    Chart(String title, String axis, boolean marked) {
        chart = new XYChartBuilder()
                .width(560)
                .height(340)
                .title(title)
                .xAxisTitle(axis)
                .build();
        marker = marked ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE;
        XYStyler style = chart.getStyler();
        style.setSeriesColors(COLOURS);
        style.setChartBackgroundColor(Color.WHITE);
        style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 13));
        style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        style.setPlotGridLinesColor(new Color(0xE4E4E4));
        style.setPlotGridLinesStroke(new BasicStroke(1));
        style.setLegendPosition(LegendPosition.OutsideS);
        style.setLegendLayout(LegendLayout.Horizontal);
        style.setLegendBorderColor(Color.WHITE);
        style.setMarkerSize(6);
    }

    /** Adds a line; what is not finite is left out. */
    Chart line(String name, double[] x, double[] y) {
        int[] finite =
                IntStream.range(0, y.length).filter(i -> Double.isFinite(y[i])).toArray();
        if (finite.length > 0) {
            chart.addSeries(
                            name,
                            IntStream.of(finite).mapToDouble(i -> x[i]).toArray(),
                            IntStream.of(finite).mapToDouble(i -> y[i]).toArray())
                    .setMarker(marker);
        }
        return this;
    }

    void write(Path file) throws IOException {
        ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
    }
}
