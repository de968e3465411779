package io.darkroom.image;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Many pictures on one, with a label at each: a grid whose rows and columns are named, or a list in lines. Pictures with
 * a side above {@value #LONGEST_CELL} pixels are shown smaller, and smaller still where there are many beside each other.
 * Letters grow with the pictures. Same input, same pixels.
 */
public final class ContactSheet {
    private static final int LONGEST_CELL = 512;
    private static final int SHORTEST_CELL = 128;
    private static final int WIDEST = 8192;
    private static final int MOST_IN_ONE_LINE = 6;
    private static final int LABEL_LINES = 4;
    private static final Color INK = new Color(0x22, 0x22, 0x22);
    private static final Color FAINT = new Color(0x66, 0x66, 0x66);

    private static final Lettering LETTERS = Lettering.bundled();

    private final List<Pixels> pictures;
    private final int columns;
    private final int cellWidth;
    private final int cellHeight;
    private final double size;
    private final int lineHeight;
    private final int gap;

    /** @param columns how many pictures stand beside each other */
    private ContactSheet(List<Pixels> given, int columns) {
        this.pictures = given.stream()
                .map(p -> Shrinking.to(p, longest(given.size(), columns)))
                .toList();
        this.columns = columns;
        this.cellWidth = Math.max(
                SHORTEST_CELL / 2, largest(pictures.stream().map(Pixels::width).toList()));
        this.cellHeight = largest(pictures.stream().map(Pixels::height).toList());
        // 12 pixels for pictures of 128, 29 for those of 512.
        this.size = 6 + 0.045 * Math.max(cellWidth, SHORTEST_CELL);
        this.lineHeight = (int) Math.round(1.25 * size);
        this.gap = Math.max(4, (int) Math.round(0.6 * size));
    }

    private static int longest(int pictures, int columns) {
        int lines = (pictures + columns - 1) / columns;
        return Math.max(SHORTEST_CELL, Math.min(LONGEST_CELL, WIDEST / Math.max(columns, lines)));
    }

    /**
     * A picture as it will stand on a sheet: what the sheet is made of may be kept so, for the sheet is the same.
     *
     * @param pictures on the sheet
     * @param columns of a grid; of a list {@link #columns}
     */
    public static Pixels cell(Pixels picture, int pictures, int columns) {
        return Shrinking.to(picture, longest(pictures, columns));
    }

    private static int largest(List<Integer> numbers) {
        return Collections.max(numbers);
    }

    /**
     * What varies in one direction.
     *
     * @param values as they are to be read
     */
    public record Axis(String name, List<String> values) {
        public Axis {
            values = List.copyOf(values);
        }
    }

    /**
     * Rows and columns.
     *
     * @param pictures row by row, as many as there are rows times columns
     * @throws IllegalArgumentException where they are not
     */
    public static Pixels grid(Axis rows, Axis columns, List<Pixels> pictures) {
        if (pictures.size() != rows.values().size() * columns.values().size() || pictures.isEmpty()) {
            throw new IllegalArgumentException(pictures.size() + " pictures are not "
                    + rows.values().size() + " rows of " + columns.values().size());
        }
        return new ContactSheet(pictures, columns.values().size()).drawGrid(rows, columns);
    }

    /**
     * Pictures line after line, each with its label above it.
     *
     * @param labels for each picture its lines
     * @throws IllegalArgumentException where there is not one for each, or there is none at all
     */
    public static Pixels list(List<List<String>> labels, List<Pixels> pictures) {
        if (pictures.size() != labels.size() || pictures.isEmpty()) {
            throw new IllegalArgumentException(labels.size() + " labels for " + pictures.size() + " pictures");
        }
        return new ContactSheet(pictures, columns(pictures.size())).drawList(labels);
    }

    /** Columns of a list. One line of up to six; more are shared out evenly over a sheet that is a little wider than high. */
    public static int columns(int pictures) {
        if (pictures <= MOST_IN_ONE_LINE) {
            return pictures;
        }
        int most = Math.max(4, (int) Math.ceil(Math.sqrt(1.3 * pictures)));
        int lines = (pictures + most - 1) / most;
        return (pictures + lines - 1) / lines;
    }

    private Pixels drawGrid(Axis rows, Axis columnAxis) {
        List<List<String>> heads =
                columnAxis.values().stream().map(v -> lines(v, cellWidth)).toList();
        int corner = width(rows.name() + " ↓");
        int left = 2 * gap + Math.min(cellWidth, Math.max(corner, widest(rows.values())));
        int headLines = largest(heads.stream().map(List::size).toList());
        int top = gap + (1 + headLines) * lineHeight + gap;
        int lines = rows.values().size();
        BufferedImage sheet = blank(left + columns * (cellWidth + gap), top + lines * (cellHeight + gap));
        Graphics2D g = graphics(sheet);
        g.setColor(FAINT);
        LETTERS.draw(g, columnAxis.name() + " →", left, gap + size, size);
        List<String> name = LETTERS.lines(rows.name() + " ↓", size, left - 2.0 * gap, 2);
        text(g, name, gap, top - gap - (name.size() - 1) * lineHeight - (int) Math.round(0.25 * size));
        g.setColor(INK);
        for (int column = 0; column < columns; column++) {
            text(g, heads.get(column), left + column * (cellWidth + gap), gap + lineHeight + (int) Math.round(size));
        }
        for (int row = 0; row < lines; row++) {
            int y = top + row * (cellHeight + gap);
            List<String> label =
                    LETTERS.lines(rows.values().get(row), size, left - 2.0 * gap, Math.max(1, cellHeight / lineHeight));
            text(g, label, gap, y + (int) Math.round(size));
            for (int column = 0; column < columns; column++) {
                place(sheet, pictures.get(row * columns + column), left + column * (cellWidth + gap), y);
            }
        }
        return pixels(sheet, g);
    }

    private Pixels drawList(List<List<String>> labels) {
        List<List<String>> wrapped = new ArrayList<>();
        for (List<String> label : labels) {
            List<String> lines = new ArrayList<>();
            label.forEach(line -> lines.addAll(lines(line, cellWidth)));
            wrapped.add(lines);
        }
        int labelHeight = largest(wrapped.stream().map(List::size).toList()) * lineHeight + gap / 2;
        int line = labelHeight + cellHeight + gap;
        int lines = (pictures.size() + columns - 1) / columns;
        BufferedImage sheet = blank(gap + columns * (cellWidth + gap), gap + lines * line);
        Graphics2D g = graphics(sheet);
        g.setColor(INK);
        for (int i = 0; i < pictures.size(); i++) {
            int x = gap + i % columns * (cellWidth + gap);
            int y = gap + i / columns * line;
            // Labels of fewer lines stand next to their picture.
            int above = labelHeight - gap / 2 - wrapped.get(i).size() * lineHeight;
            text(g, wrapped.get(i), x, y + above + (int) Math.round(size));
            place(sheet, pictures.get(i), x, y + labelHeight);
        }
        return pixels(sheet, g);
    }

    private List<String> lines(String text, int width) {
        return LETTERS.lines(text, size, width, LABEL_LINES);
    }

    private int widest(List<String> texts) {
        return largest(texts.stream().map(this::width).toList());
    }

    private int width(String text) {
        return (int) Math.ceil(LETTERS.width(text, size));
    }

    private void text(Graphics2D g, List<String> lines, int x, int baseline) {
        for (int i = 0; i < lines.size(); i++) {
            LETTERS.draw(g, lines.get(i), x, baseline + i * lineHeight, size);
        }
    }

    /** Pictures that are smaller than the cell stand in its middle. */
    private void place(BufferedImage sheet, Pixels picture, int x, int y) {
        int left = x + (cellWidth - picture.width()) / 2;
        int top = y + (cellHeight - picture.height()) / 2;
        sheet.setRGB(left, top, picture.width(), picture.height(), picture.rgb(), 0, picture.width());
    }

    private static BufferedImage blank(int width, int height) {
        return new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    }

    private static Graphics2D graphics(BufferedImage sheet) {
        Graphics2D g = sheet.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        return g;
    }

    private static Pixels pixels(BufferedImage sheet, Graphics2D g) {
        g.dispose();
        int[] rgb = sheet.getRGB(0, 0, sheet.getWidth(), sheet.getHeight(), null, 0, sheet.getWidth());
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] &= 0xFFFFFF;
        }
        return new Pixels(sheet.getWidth(), sheet.getHeight(), rgb);
    }
}
