package io.darkroom.image;

import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.GeneralPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;

/**
 * Text as outlines of a font that comes with the application, DejaVu Sans Condensed: the same on every machine, also
 * where there is neither a font nor a library that draws one. What the font lacks is drawn as its box. Thread safe.
 */
final class Lettering {
    private static final String FONT = "/fonts/DejaVuSansCondensed.ttf";
    private static final Pattern SPACES = Pattern.compile("\\s+");
    private static final Lettering BUNDLED = read();

    /** A letter's outline, y upwards, in units of the font's size. */
    private record Letter(GeneralPath outline, double advance) {}

    private final TrueTypeFont font;
    private final CmapLookup characters;
    private final double unitsPerEm;
    private final Map<Integer, Letter> letters = new HashMap<>();

    private Lettering(TrueTypeFont font) throws IOException {
        this.font = font;
        this.characters = font.getUnicodeCmapLookup();
        this.unitsPerEm = font.getUnitsPerEm();
    }

    static Lettering bundled() {
        return BUNDLED;
    }

    private static Lettering read() {
        try (InputStream file = Objects.requireNonNull(Lettering.class.getResourceAsStream(FONT), FONT)) {
            return new Lettering(new TTFParser().parse(new RandomAccessReadBuffer(file.readAllBytes())));
        } catch (IOException e) {
            throw new UncheckedIOException(FONT, e);
        }
    }

    private synchronized Letter letter(int codePoint) {
        return letters.computeIfAbsent(codePoint, c -> {
            try {
                int glyph = characters.getGlyphId(c);
                var data = font.getGlyph().getGlyph(glyph);
                GeneralPath outline = data == null ? new GeneralPath() : data.getPath();
                outline.transform(AffineTransform.getScaleInstance(1 / unitsPerEm, 1 / unitsPerEm));
                return new Letter(outline, font.getAdvanceWidth(glyph) / unitsPerEm);
            } catch (IOException e) {
                throw new UncheckedIOException(FONT, e);
            }
        });
    }

    /** How wide a text is, in pixels, at a size in pixels. */
    double width(String text, double size) {
        return text.codePoints().mapToDouble(c -> letter(c).advance()).sum() * size;
    }

    /** Draws one line. Anti-aliased where the graphics are; in their colour. */
    void draw(Graphics2D g, String text, double x, double baseline, double size) {
        double at = x;
        for (int c : text.codePoints().toArray()) {
            Letter letter = letter(c);
            g.fill(letter.outline().createTransformedShape(new AffineTransform(size, 0, 0, -size, at, baseline)));
            at += letter.advance() * size;
        }
    }

    /**
     * A text in lines: broken between words, within a word where that alone is too wide, and cut with an ellipsis where
     * there are too many. Line breaks in the text count as spaces.
     */
    List<String> lines(String text, double size, double width, int most) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : SPACES.splitAsStream(text.strip()).toList()) {
            if (line.length() > 0 && width(line + " " + word, size) > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ");
            for (int c : word.codePoints().toArray()) {
                if (line.length() > 0 && width(line + Character.toString(c), size) > width) {
                    lines.add(line.toString());
                    line.setLength(0);
                }
                line.appendCodePoint(c);
            }
        }
        lines.add(line.toString());
        if (lines.size() <= most) {
            return lines;
        }
        List<String> shown = new ArrayList<>(lines.subList(0, most));
        shown.set(most - 1, ellipsis(shown.get(most - 1), size, width));
        return shown;
    }

    private String ellipsis(String line, double size, double width) {
        String kept = line;
        while (!kept.isEmpty() && width(kept + "…", size) > width) {
            kept = kept.substring(0, kept.offsetByCodePoints(kept.length(), -1));
        }
        return kept + "…";
    }
}
