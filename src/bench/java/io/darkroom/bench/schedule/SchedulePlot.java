package io.darkroom.bench.schedule;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Draws how long jobs waited: a panel for each device and load, a line from the median to the 99th of 100 for each policy. */
final class SchedulePlot {
    private static final int PANEL = 360;
    private static final int HEIGHT = 330;
    private static final int LEFT = 58;
    private static final int TOP = 40;
    private static final int BOTTOM = 62;
    private static final double LOWEST = 0.01;
    private static final double DECADES = 6;
    private static final Color[] COLOURS = {new Color(0x1F4E9E), new Color(0xC24A1C), new Color(0x5B8C3A)};

    private SchedulePlot() {}

    /** @param panels the policies' waits by the panel's title */
    static void write(Map<String, List<Waits>> panels, Path file) throws IOException {
        BufferedImage image = new BufferedImage(PANEL * panels.size(), HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, image.getWidth(), HEIGHT);
        int left = 0;
        for (Map.Entry<String, List<Waits>> panel : panels.entrySet()) {
            draw(g, left, panel.getKey(), panel.getValue());
            left += PANEL;
        }
        g.dispose();
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private static void draw(Graphics2D g, int left, String title, List<Waits> policies) {
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        g.setStroke(new BasicStroke(1));
        for (int decade = 0; decade <= DECADES; decade++) {
            double seconds = LOWEST * Math.pow(10, decade);
            g.setColor(new Color(0xE4E4E4));
            g.drawLine(left + LEFT, y(seconds), left + PANEL - 10, y(seconds));
            g.setColor(Color.DARK_GRAY);
            g.drawString(seconds < 1 ? seconds + " s" : (long) seconds + " s", left + 8, y(seconds) + 4);
        }
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 12));
        g.drawString(title, left + LEFT, 20);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        int group = (PANEL - LEFT - 20) / SimulatedJob.PRIORITIES.length;
        for (int p = 0; p < SimulatedJob.PRIORITIES.length; p++) {
            int middle = left + LEFT + group * p + group / 2;
            g.setColor(Color.DARK_GRAY);
            g.drawString("priority " + SimulatedJob.PRIORITIES[p], middle - 26, HEIGHT - BOTTOM + 18);
            for (int i = 0; i < policies.size(); i++) {
                int x = middle + 18 * (i - policies.size() / 2);
                Waits waits = policies.get(i);
                g.setColor(COLOURS[i]);
                g.setStroke(new BasicStroke(2));
                g.drawLine(x, y(waits.quantile(p, 0.5)), x, y(waits.quantile(p, 0.99)));
                g.fillOval(x - 4, y(waits.quantile(p, 0.5)) - 4, 8, 8);
                for (double part : new double[] {0.95, 0.99}) {
                    g.drawLine(x - 5, y(waits.quantile(p, part)), x + 5, y(waits.quantile(p, part)));
                }
            }
        }
        int x = left + 16;
        for (int i = 0; i < policies.size(); i++) {
            g.setColor(COLOURS[i]);
            g.fillOval(x, HEIGHT - 24, 8, 8);
            g.drawString(policies.get(i).policy(), x + 12, HEIGHT - 16);
            x += 24 + g.getFontMetrics().stringWidth(policies.get(i).policy());
        }
    }

    private static int y(double seconds) {
        double at = Math.log10(Math.max(seconds, LOWEST) / LOWEST) / DECADES;
        return (int) Math.round(HEIGHT - BOTTOM - at * (HEIGHT - TOP - BOTTOM));
    }
}
