package io.darkroom.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import io.darkroom.image.PictureException.Reason;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.SampleModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads PNG, JPEG and WebP (a single picture, no animation) as diffusers' {@code load_image} does: turned as EXIF says, then RGB, with transparency dropped and
 * not blended (Pillow's {@code convert("RGB")}), and CMYK without a profile. Thread safe; pictures for which there is no room beside others wait until
 * there is.
 */
public final class PictureReader {
    private static final Set<String> FORMATS = Set.of("png", "jpeg");
    /** Rows that a decoder holds besides the image: PNG's this one, the one before and the one it is copied from. */
    private static final int ROWS = 3;
    /** Of the file, besides the caller's: the stream's, and WebP's decoder's or what a palette needs of a PNG. */
    private static final int COPIES = 2;

    /** Of a pixel of a JPEG of four components, for which the JDK has no type of image. */
    private static final int CMYK_BYTES = 4;

    private static final int MIB = 1 << 20;

    private final long maxBytes;
    private final long maxPixels;
    private final DecodingMemory memory;

    /**
     * A reader that takes half of the heap at most.
     *
     * @param maxBytes the largest file
     * @param maxPixels the most pixels; checked in the header, before anything is decoded
     */
    public PictureReader(long maxBytes, long maxPixels) {
        this(maxBytes, maxPixels, DecodingMemory.ofHeap());
    }

    /** @param memory what pictures may take while they are decoded, all together */
    PictureReader(long maxBytes, long maxPixels, DecodingMemory memory) {
        this.maxBytes = maxBytes;
        this.maxPixels = maxPixels;
        this.memory = memory;
    }

    /**
     * Decodes a picture. Blocks while others take the memory for it.
     *
     * @throws PictureException if it is too large, or none that can be read; the message says what is accepted
     */
    public RgbPicture read(byte[] file) throws PictureException {
        if (file.length > maxBytes) {
            throw new PictureException(
                    Reason.TOO_LARGE, "the picture has " + file.length + " bytes; accepted are up to " + maxBytes);
        }
        try (MemoryCacheImageInputStream in =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(PngChunks.withoutNotes(file)))) {
            ImageReader reader = reader(file, in);
            try {
                reader.setInput(in, true, true);
                requirePixels(reader.getWidth(0), reader.getHeight(0));
                return inTurn(reader, file);
            } finally {
                reader.dispose();
            }
        } catch (LinkageError e) {
            throw new PictureException(
                    Reason.UNREADABLE, "the picture cannot be read: WebP's native library does not run here: " + e, e);
        } catch (IOException | RuntimeException e) {
            // The decoders meet damaged files with exceptions of many kinds.
            throw new PictureException(Reason.UNREADABLE, "the picture cannot be read: " + text(e), e);
        }
    }

    private RgbPicture inTurn(ImageReader reader, byte[] file) throws IOException, PictureException {
        long needed = needed(reader, file);
        if (needed > memory.bytes()) {
            throw new PictureException(
                    Reason.OUT_OF_MEMORY,
                    "the picture has " + reader.getWidth(0) + "x" + reader.getHeight(0)
                            + " pixels, which take " + mib(needed)
                            + " MiB of heap while they are decoded; this process has " + memory.bytes() / MIB
                            + " MiB for that, half of its heap");
        }
        Orientation turn = Orientation.of(file);
        memory.take(needed);
        try {
            return Cmyk.is(file)
                    ? Cmyk.rgb(file, reader.readRaster(0, null), turn)
                    : Samples.rgb(decoded(reader, file), turn);
        } finally {
            memory.give(needed);
        }
    }

    /** Bytes of heap: the decoded samples, what is made of them, and what the decoder holds besides. */
    private static long needed(ImageReader reader, byte[] file) throws IOException, PictureException {
        long each = Cmyk.is(file) ? CMYK_BYTES : sampleBytes(reader);
        long width = reader.getWidth(0);
        return width * reader.getHeight(0) * (each + RgbPicture.CHANNELS)
                + ROWS * width * each
                + (long) COPIES * file.length;
    }

    /** Of a pixel. */
    private static int sampleBytes(ImageReader reader) throws IOException, PictureException {
        Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
        if (!types.hasNext()) {
            throw new PictureException(
                    Reason.UNREADABLE,
                    "the picture's colours are of a kind that is not read; accepted are PNG, JPEG (grey, RGB, CMYK)"
                            + " and WebP");
        }
        SampleModel samples = types.next().getSampleModel();
        return samples.getNumDataElements() * DataBuffer.getDataTypeSize(samples.getDataType()) / Byte.SIZE;
    }

    private static long mib(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }

    /** Libwebp calls it lack of memory when a damaged file asks for tables that no picture has. */
    private static BufferedImage decoded(ImageReader reader, byte[] file) throws IOException {
        try {
            return reader.read(0);
        } catch (OutOfMemoryError e) {
            if (Riff.isWebP(file)) {
                throw new IOException("decoding takes more memory than it should", e);
            }
            throw e;
        }
    }

    private static ImageReader reader(byte[] file, MemoryCacheImageInputStream in)
            throws IOException, PictureException {
        if (Riff.isWebP(file)) {
            // By its own name: what ImageIO finds depends on the class loader of whoever asked first.
            return new WebPImageReaderSpi().createReaderInstance(null);
        }
        Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
        if (!readers.hasNext()) {
            throw unknown();
        }
        ImageReader reader = readers.next();
        if (!FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
            reader.dispose();
            throw unknown();
        }
        return reader;
    }

    private void requirePixels(int width, int height) throws PictureException {
        if ((long) width * height > maxPixels) {
            throw new PictureException(
                    Reason.TOO_LARGE,
                    "the picture has " + width + "x" + height + " pixels; accepted are up to " + maxPixels);
        }
    }

    private static PictureException unknown() {
        return new PictureException(Reason.UNREADABLE, "the picture is neither PNG, JPEG nor WebP");
    }

    private static String text(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
