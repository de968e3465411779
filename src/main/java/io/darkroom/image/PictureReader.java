package io.darkroom.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import io.darkroom.image.PictureException.Reason;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads PNG, JPEG and WebP (a single picture, no animation) as diffusers' {@code load_image} does: turned as EXIF says, then RGB, with transparency dropped and
 * not blended (Pillow's {@code convert("RGB")}).
 *
 * @param maxBytes the largest file
 * @param maxPixels the most pixels; checked in the header, before anything is decoded
 */
public record PictureReader(long maxBytes, long maxPixels) {
    private static final Set<String> FORMATS = Set.of("png", "jpeg");

    /**
     * Decodes a picture.
     *
     * @throws PictureException if it is too large, or none that can be read; the message says what is accepted
     */
    public Pixels read(byte[] file) throws PictureException {
        if (file.length > maxBytes) {
            throw new PictureException(
                    Reason.TOO_LARGE, "the picture has " + file.length + " bytes; accepted are up to " + maxBytes);
        }
        try (MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            ImageReader reader = reader(file, in);
            try {
                reader.setInput(in, true, true);
                requirePixels(reader.getWidth(0), reader.getHeight(0));
                return Orientation.of(file).apply(Samples.rgb(decoded(reader, file)));
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
