package io.darkroom.bench.fleet;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import javax.imageio.ImageIO;

/** The table and the plot of docs/autoscaling.md. */
public final class Fleet {
    /** SD 1.5 at 512 x 512, 50 steps, guidance: 0.6 s alone on an H100; what a row more costs is assumed. */
    static final Cost COST = new Cost(4, 4, 2, 50, 16, 90);

    /** Requests a second in the afternoon. */
    static final double PEAK = 10;

    static final int PARTITIONS = 48;
    static final int COOLDOWN = 300;
    static final long SEED = 8;

    private static final int WIDTH = 900;
    private static final int PANEL = 150;
    private static final int LEFT = 60;
    private static final int GAP = 30;

    private Fleet() {}

    /**
     * Prints the table, and draws.
     *
     * @param args where the plot goes
     */
    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        int[] arrivals = Arrivals.of(PEAK, SEED);
        int pictures = Arrays.stream(arrivals).sum();
        out.printf("%d pictures; at best %.1f GPU hours%n%n", pictures, pictures * COST.least() / 3600);
        out.println(
                "| fleet | GPU hours | most workers | seconds to a picture: half | 95 of 100 | 99 of 100 | longest |");
        out.println("|---|---|---|---|---|---|---|");
        for (int threshold : new int[] {5, 10, 20, 40, 80, 160}) {
            print(out, "lagThreshold " + threshold, scaled(arrivals, COST, threshold, PARTITIONS, COOLDOWN));
        }
        for (int fleet : new int[] {4, 6, 8, 12, 16, 24}) {
            print(out, fleet + " that stay", Day.fixed(arrivals, COST, PARTITIONS, fleet, SEED));
        }
        for (int cooldown : new int[] {60, 1800}) {
            print(out, "20, cool-down " + cooldown, scaled(arrivals, COST, 20, PARTITIONS, cooldown));
        }
        for (int partitions : new int[] {12, 24, 96}) {
            print(out, "20, " + partitions + " partitions", scaled(arrivals, COST, 20, partitions, COOLDOWN));
        }
        for (int start : new int[] {15, 300}) {
            Cost other = new Cost(COST.fixedMs(), COST.rowMs(), COST.rows(), COST.steps(), COST.jobs(), start);
            print(out, "20, a start takes " + start + " s", scaled(arrivals, other, 20, PARTITIONS, COOLDOWN));
        }
        ImageIO.write(
                plot(arrivals, scaled(arrivals, COST, 20, PARTITIONS, COOLDOWN)),
                "png",
                Path.of(args[0]).toFile());
    }

    static Day.Result scaled(int[] arrivals, Cost cost, int threshold, int partitions, int cooldown) {
        return Day.scaled(arrivals, cost, partitions, new Autoscaler(threshold, partitions, cooldown), SEED);
    }

    private static void print(PrintStream out, String what, Day.Result day) {
        out.printf(
                Locale.ROOT,
                "| %s | %.1f | %d | %.1f | %.0f | %.0f | %.0f |%n",
                what,
                day.gpuHours(),
                day.peak(),
                day.seconds(0.5),
                day.seconds(0.95),
                day.seconds(0.99),
                day.seconds(1));
    }

    private static BufferedImage plot(int[] arrivals, Day.Result day) {
        double[] rate = new double[Arrivals.DAY / 60];
        for (int second = 0; second < Arrivals.DAY; second++) {
            rate[second / 60] += arrivals[second] / 60.0;
        }
        BufferedImage image = new BufferedImage(WIDTH, 3 * (PANEL + GAP), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, image.getWidth(), image.getHeight());
        panel(g, 0, "requests a second, by the minute", rate);
        panel(
                g,
                1,
                "workers (lagThreshold 20)",
                Arrays.stream(day.replicas()).asDoubleStream().toArray());
        panel(
                g,
                2,
                "requests waiting or running",
                Arrays.stream(day.lag()).asDoubleStream().toArray());
        g.dispose();
        return image;
    }

    private static void panel(Graphics2D g, int at, String title, double[] minutes) {
        int bottom = (at + 1) * (PANEL + GAP) - 16;
        double most = Math.max(1, Arrays.stream(minutes).max().orElse(1));
        double width = WIDTH - LEFT - 10.0;
        g.setStroke(new BasicStroke(1));
        for (int hour = 0; hour <= 24; hour += 3) {
            int x = LEFT + (int) (width * hour / 24);
            g.setColor(new Color(0xE0E0E0));
            g.drawLine(x, bottom - PANEL + 10, x, bottom);
            g.setColor(Color.DARK_GRAY);
            g.drawString(hour + ":00", x - 14, bottom + 13);
        }
        g.drawString(title, LEFT + 6, bottom - PANEL + 6);
        g.drawString(String.format(Locale.ROOT, "%.0f", most), 10, bottom - PANEL + 26);
        g.drawString("0", 10, bottom);
        g.setColor(new Color(0x1F5FA8));
        g.setStroke(new BasicStroke(1.3f));
        for (int i = 1; i < minutes.length; i++) {
            g.drawLine(
                    LEFT + (int) (width * (i - 1) / minutes.length),
                    bottom - (int) (minutes[i - 1] / most * (PANEL - 20)),
                    LEFT + (int) (width * i / minutes.length),
                    bottom - (int) (minutes[i] / most * (PANEL - 20)));
        }
    }
}
