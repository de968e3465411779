package io.darkroom.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ContactSheetTest {
    private static final int WHITE = 0xFFFFFF;

    private static Pixels plain(int width, int height, int rgb) {
        int[] pixels = new int[width * height];
        Arrays.fill(pixels, rgb);
        return new Pixels(width, height, pixels);
    }

    private static List<Pixels> colours(int count, int side) {
        return IntStream.range(0, count)
                .mapToObj(i -> plain(side, side, 0x400000 + i * 0x3111))
                .toList();
    }

    private static Stream<Integer> distinct(Pixels sheet) {
        return Arrays.stream(sheet.rgb()).boxed().distinct();
    }

    private static long count(Pixels sheet, int rgb) {
        return Arrays.stream(sheet.rgb()).filter(p -> p == rgb).count();
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private static List<List<String>> labels(int count) {
        return numbers(count).stream().map(n -> List.of("seed: " + n)).toList();
    }

    /** For the eye: written below target where the property names a folder. */
    private static void show(String name, Pixels sheet) throws IOException {
        String folder = System.getProperty("darkroom.sheets", "");
        if (!folder.isBlank()) {
            Files.write(Path.of(folder, name + ".png"), PngWriter.write(sheet, "{}"));
        }
    }

    @Test
    void aGridShowsEveryPictureWholeInItsRowAndColumn() throws IOException {
        for (int side : new int[] {128, 512}) {
            List<Pixels> pictures = colours(6, side);

            Pixels sheet = ContactSheet.grid(
                    new ContactSheet.Axis("num_inference_steps", List.of("20", "50")),
                    new ContactSheet.Axis("guidance_scale", List.of("1", "3", "7.5")),
                    pictures);

            show("grid" + side, sheet);
            for (Pixels picture : pictures) {
                assertThat(count(sheet, picture.rgb()[0])).isEqualTo((long) side * side);
            }
            int[] first = place(sheet, pictures.get(0));
            assertThat(place(sheet, pictures.get(1))[0]).isGreaterThan(first[0] + side - 1);
            assertThat(place(sheet, pictures.get(1))[1]).isEqualTo(first[1]);
            assertThat(place(sheet, pictures.get(3))[0]).isEqualTo(first[0]);
            assertThat(place(sheet, pictures.get(3))[1]).isGreaterThan(first[1] + side - 1);
        }
    }

    private static int[] place(Pixels sheet, Pixels picture) {
        int at = IntStream.range(0, sheet.rgb().length)
                .filter(i -> sheet.rgb()[i] == picture.rgb()[0])
                .findFirst()
                .orElseThrow();
        return new int[] {at % sheet.width(), at / sheet.width()};
    }

    @Test
    void theSameInputGivesTheSamePixelsAndOtherLabelsOthers() {
        List<Pixels> pictures = colours(3, 64);

        Pixels sheet = ContactSheet.list(labels(3), pictures);

        assertThat(ContactSheet.list(labels(3), pictures).rgb()).isEqualTo(sheet.rgb());
        assertThat(ContactSheet.list(List.of(List.of("a"), List.of("b"), List.of("c")), pictures)
                        .rgb())
                .isNotEqualTo(sheet.rgb());
    }

    @Test
    void lettersAreDarkOnWhiteAndGrowWithThePictures() {
        long small = ink(ContactSheet.list(labels(1), colours(1, 128)));
        long large = ink(ContactSheet.list(labels(1), colours(1, 512)));

        assertThat(small).isGreaterThan(50);
        assertThat(large).isGreaterThan(4 * small);
    }

    private static long ink(Pixels sheet) {
        return Arrays.stream(sheet.rgb())
                .filter(p -> (p & 0xFF) < 0x60 && (p >> 16) < 0x60 && (p >> 8 & 0xFF) < 0x60 && p != 0x400000)
                .count();
    }

    @Test
    void aLongPromptIsCutWithinItsCell() throws IOException {
        String prompt =
                "a photorealistic mountain lake at sunset with pine trees and a small wooden boat, 4k, ".repeat(20);
        for (int side : new int[] {128, 512}) {
            List<List<String>> labels = numbers(8).stream()
                    .map(n -> List.of("prompt: " + prompt, "seed: " + n))
                    .toList();

            Pixels sheet = ContactSheet.list(labels, colours(8, side));

            show("prompts" + side, sheet);
            assertThat(sheet.width()).isLessThan(4 * side + 200);
            assertThat(sheet.height()).isLessThan(2 * (side + 300));
        }
    }

    @Test
    void wordsAreBrokenOnlyWhereTheyAreWiderThanTheLine() {
        Lettering letters = Lettering.bundled();

        assertThat(letters.lines("one two three", 10, letters.width("one two", 10), 5))
                .containsExactly("one two", "three");
        assertThat(letters.lines("abcdefgh", 10, letters.width("abcde", 10), 5)).containsExactly("abcde", "fgh");
        assertThat(letters.lines("one two three four", 10, letters.width("one two", 10), 2))
                .hasSize(2)
                .last()
                .asString()
                .endsWith("…");
        assertThat(letters.lines("", 10, 50, 2)).containsExactly("");
    }

    @Test
    void otherScriptsAndWhatTheFontLacksAreDrawnToo() throws IOException {
        Pixels sheet =
                ContactSheet.list(List.of(List.of("Ελληνικά кириллица"), List.of("山の湖 \uD83C\uDF05")), colours(2, 256));

        show("scripts", sheet);
        assertThat(ink(sheet)).isGreaterThan(200);
    }

    @Test
    void picturesOfOtherSizesStandInTheMiddleOfTheirCells() {
        Pixels wide = plain(200, 100, 0x112233);
        Pixels high = plain(100, 200, 0x332211);

        Pixels sheet = ContactSheet.list(labels(2), List.of(wide, high));

        assertThat(count(sheet, 0x112233)).isEqualTo(20_000);
        assertThat(count(sheet, 0x332211)).isEqualTo(20_000);
        assertThat(place(sheet, high)[1] + 50).isEqualTo(place(sheet, wide)[1]);
    }

    @Test
    void largePicturesAreShownSmallerSoThatTheSheetKeepsWithinBounds() {
        Pixels sheet = ContactSheet.list(labels(2), List.of(plain(2048, 1024, 0x123456), plain(64, 64, 0x654321)));

        assertThat(count(sheet, 0x123456)).isEqualTo(512 * 256);
        assertThat(sheet.width()).isLessThan(1200);
        assertThat(distinct(sheet)).contains(WHITE);
    }

    @Test
    void aSmallerPictureIsTheMeanOfWhatItCovers() {
        Pixels chequered = new Pixels(4, 2, new int[] {0, 0xFFFFFF, 0, 0xFFFFFF, 0xFFFFFF, 0, 0xFFFFFF, 0});

        assertThat(Shrinking.to(chequered, 2).rgb()).containsExactly(0x808080, 0x808080);
    }

    @Test
    void linesAreFilledEvenly() {
        assertThat(IntStream.of(1, 5, 6, 7, 8, 12, 16, 64).map(ContactSheet::columns))
                .containsExactly(1, 5, 6, 4, 4, 4, 4, 10);
    }

    @Test
    void aSheetOfCellsIsThatOfTheWholePictures() {
        Random random = new Random(3);
        List<Pixels> whole = Stream.generate(() ->
                        new Pixels(700, 900, random.ints(700 * 900, 0, 1 << 24).toArray()))
                .limit(6)
                .toList();
        ContactSheet.Axis rows = new ContactSheet.Axis("a", List.of("1", "2"));
        ContactSheet.Axis columns = new ContactSheet.Axis("b", List.of("1", "2", "3"));
        List<Pixels> inGrid =
                whole.stream().map(p -> ContactSheet.cell(p, 6, 3)).toList();
        List<Pixels> inList = whole.stream()
                .map(p -> ContactSheet.cell(p, 6, ContactSheet.columns(6)))
                .toList();

        assertThat(inGrid.get(0).height()).isEqualTo(512);
        assertThat(ContactSheet.grid(rows, columns, inGrid).rgb())
                .isEqualTo(ContactSheet.grid(rows, columns, whole).rgb());
        assertThat(ContactSheet.list(labels(6), inList).rgb())
                .isEqualTo(ContactSheet.list(labels(6), whole).rgb());
    }

    @Test
    void labelsAndPicturesThatDoNotMatchAreRefused() {
        assertThatThrownBy(() -> ContactSheet.list(labels(2), colours(3, 8))).hasMessage("2 labels for 3 pictures");
    }
}
