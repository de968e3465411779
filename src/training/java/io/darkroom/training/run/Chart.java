package io.darkroom.training.run;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/** Lines over one axis, as PNG: loss curves and the plots of docs/theory.md. */
final class Chart {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 340;
    private static final int LEFT = 62;
    private static final int RIGHT = 14;
    private static final int TOP = 34;
    private static final int BOTTOM = 44;
    private static final int LINES = 5;
    private static final Color[] COLOURS = {
        new Color(0x1F4E9E), new Color(0xC0392B), new Color(0x2E8B57), new Color(0xB8860B), new Color(0x7D3C98),
        new Color(0x16808A), new Color(0x555555), new Color(0xD2691E)
    };

    private final String title;
    private final String axis;
    private final boolean marked;
    private final Map<String, double[][]> lines = new LinkedHashMap<>();

    /**
     * @param axis what goes to the right
     * @param marked whether each point has a dot
     */
    Chart(String title, String axis, boolean marked) {
        this.title = title;
        this.axis = axis;
        this.marked = marked;
    }

    /** Adds a line; what is not finite is left out. */
    Chart line(String name, double[] x, double[] y) {
        lines.put(name, new double[][] {x, y});
        return this;
    }

    void write(Path file) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, WIDTH, HEIGHT);
        double[] xs = range(0);
        double[] ys = range(1);
        grid(g, xs, ys);
        int next = 0;
        for (Map.Entry<String, double[][]> line : lines.entrySet()) {
            g.setColor(COLOURS[next % COLOURS.length]);
            draw(g, line.getValue(), xs, ys);
            g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
            g.drawString(line.getKey(), LEFT + 8 + 122 * (next % 4), HEIGHT - 22 + 13 * (next / 4));
            next++;
        }
        g.dispose();
        ImageIO.write(image, "png", file.toFile());
    }

    private double[] range(int which) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double[][] line : lines.values()) {
            for (double v : line[which]) {
                if (Double.isFinite(v)) {
                    low = Math.min(low, v);
                    high = Math.max(high, v);
                }
            }
        }
        double room = Math.max(1e-9, (high - low) * (which == 0 ? 0.01 : 0.06));
        return low > high ? new double[] {0, 1} : new double[] {low - room, high + room};
    }

    private void grid(Graphics2D g, double[] xs, double[] ys) {
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        for (int i = 0; i <= LINES; i++) {
            double x = xs[0] + (xs[1] - xs[0]) * i / LINES;
            double y = ys[0] + (ys[1] - ys[0]) * i / LINES;
            g.setColor(new Color(0xE4E4E4));
            g.drawLine(x(x, xs), TOP, x(x, xs), HEIGHT - BOTTOM);
            g.drawLine(LEFT, y(y, ys), WIDTH - RIGHT, y(y, ys));
            g.setColor(Color.DARK_GRAY);
            g.drawString(number(y), 6, y(y, ys) + 4);
            g.drawString(number(x), x(x, xs) - 10, HEIGHT - BOTTOM + 13);
        }
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 13));
        g.drawString(title + " (against " + axis + ")", LEFT, 20);
    }

    private static String number(double v) {
        return String.format(Locale.ROOT, Math.abs(v) >= 1000 ? "%.0f" : "%.3g", v);
    }

    private void draw(Graphics2D g, double[][] line, double[] xs, double[] ys) {
        Path2D path = new Path2D.Double();
        boolean begun = false;
        for (int i = 0; i < line[0].length; i++) {
            if (!Double.isFinite(line[1][i])) {
                continue;
            }
            int x = x(line[0][i], xs);
            int y = y(line[1][i], ys);
            if (begun) {
                path.lineTo(x, y);
            } else {
                path.moveTo(x, y);
                begun = true;
            }
            if (marked) {
                g.fillOval(x - 3, y - 3, 6, 6);
            }
        }
        g.setStroke(new BasicStroke(marked ? 2 : 1.3f));
        g.draw(path);
    }

    private static int x(double v, double[] range) {
        return (int) Math.round(LEFT + (v - range[0]) / (range[1] - range[0]) * (WIDTH - LEFT - RIGHT));
    }

    private static int y(double v, double[] range) {
        return (int) Math.round(HEIGHT - BOTTOM - (v - range[0]) / (range[1] - range[0]) * (HEIGHT - TOP - BOTTOM));
    }
}
