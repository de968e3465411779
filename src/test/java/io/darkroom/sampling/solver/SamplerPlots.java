package io.darkroom.sampling.solver;

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
import javax.imageio.ImageIO;

/**
 * Draws docs/samplers/&lt;solver&gt;.png: the error against evaluations on the analytic model, both axes in logs, so that a
 * method of order p is a line that falls p decades in one. Part of the program io.darkroom.bench.Plots,
 * not a test; docs/samplers.md has its command.
 */
public final class SamplerPlots {
    private static final int WIDTH = 420;
    private static final int HEIGHT = 320;
    private static final int LEFT = 56;
    private static final int BOTTOM = 40;
    private static final int TOP = 30;
    private static final int RIGHT = 14;
    private static final double DECADES_X = 2; // 4 to 400 evaluations
    private static final double DECADES_Y = 9; // 1e-8 to 10
    private static final double FIRST_X = 4;
    private static final double LOWEST_Y = 1e-8;

    private SamplerPlots() {}

    /**
     * Draws all.
     *
     * @param folder where the pictures go
     */
    public static void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Analytic.Named solver : Analytic.solvers()) {
            ImageIO.write(
                    plot(solver), "png", folder.resolve(solver.name() + ".png").toFile());
        }
    }

    private static BufferedImage plot(Analytic.Named solver) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, WIDTH, HEIGHT);
        axes(g, solver);
        g.setColor(new Color(0xB0B0B0));
        g.setStroke(new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {4, 4}, 0));
        int perStep =
                solver.make().apply(Analytic.levels(solver.space(), 4)).grid.order();
        double anchor = Analytic.error(solver, 100 / perStep, false);
        line(g, 10, anchor * Math.pow(10, solver.order()), 400, anchor * Math.pow(0.25, solver.order()));

        g.setColor(new Color(0x1F4E9E));
        g.setStroke(new BasicStroke(2));
        double lastX = 0;
        double lastY = 0;
        for (int n : List.of(4, 6, 8, 12, 16, 24, 32, 48, 64, 100, 140, 200, 280, 400)) {
            if (n % perStep != 0 || n / perStep < solver.order() + 1) {
                continue;
            }
            double error = Math.max(Analytic.error(solver, n / perStep, false), LOWEST_Y);
            if (lastX > 0) {
                line(g, lastX, lastY, n, error);
            }
            g.fillOval(x(n) - 3, y(error) - 3, 6, 6);
            lastX = n;
            lastY = error;
        }
        g.dispose();
        return image;
    }

    private static void axes(Graphics2D g, Analytic.Named solver) {
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        g.setColor(new Color(0xE4E4E4));
        for (double e = LOWEST_Y; e < 20; e *= 10) {
            g.drawLine(LEFT, y(e), WIDTH - RIGHT, y(e));
        }
        for (int n : List.of(4, 10, 40, 100, 400)) {
            g.drawLine(x(n), TOP, x(n), HEIGHT - BOTTOM);
        }
        g.setColor(Color.DARK_GRAY);
        for (int power = -8; power <= 1; power += 3) {
            g.drawString("1e" + power, 14, y(Math.pow(10, power)) + 4);
        }
        for (int n : List.of(4, 10, 40, 100, 400)) {
            g.drawString(Integer.toString(n), x(n) - 6, HEIGHT - BOTTOM + 16);
        }
        g.drawString("evaluations", WIDTH / 2 - 20, HEIGHT - 8);
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 13));
        g.drawString(solver.name() + "   (error; dashed: order " + solver.order() + ")", LEFT, 18);
    }

    private static void line(Graphics2D g, double x1, double y1, double x2, double y2) {
        g.setClip(LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        g.drawLine(x(x1), y(y1), x(x2), y(y2));
        g.setClip(null);
    }

    private static int x(double evaluations) {
        return (int) Math.round(LEFT + Math.log10(evaluations / FIRST_X) / DECADES_X * (WIDTH - LEFT - RIGHT));
    }

    private static int y(double error) {
        return (int) Math.round(HEIGHT - BOTTOM - Math.log10(error / LOWEST_Y) / DECADES_Y * (HEIGHT - TOP - BOTTOM));
    }
}
