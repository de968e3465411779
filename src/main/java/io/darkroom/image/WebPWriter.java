package io.darkroom.image;

import com.luciad.imageio.webp.CompressionType;
import com.luciad.imageio.webp.WebPImageWriterSpi;
import com.luciad.imageio.webp.WebPWriteParam;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes WebP, lossy, by libwebp with its defaults. Same input, same bytes. */
public final class WebPWriter {
    /** The longest side of the format. */
    public static final int LONGEST_SIDE = 16_383;

    private static final int BEST = 100;

    private WebPWriter() {}

    /**
     * Encodes a picture.
     *
     * @param quality 1 to 100; the latter is still lossy
     * @throws IllegalArgumentException if the quality is outside that, or a side longer than {@link #LONGEST_SIDE}
     */
    public static byte[] write(Pixels picture, int quality) {
        if (quality < 1 || quality > BEST) {
            throw new IllegalArgumentException("quality is " + quality + "; accepted are 1 to " + BEST);
        }
        if (Math.max(picture.width(), picture.height()) > LONGEST_SIDE) {
            throw new IllegalArgumentException("the picture is " + picture.width() + "x" + picture.height()
                    + "; WebP has sides of up to " + LONGEST_SIDE);
        }
        // By its own name: what ImageIO finds depends on the class loader of whoever asked first.
        ImageWriter writer = new WebPImageWriterSpi().createWriterInstance(null);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            WebPWriteParam param = (WebPWriteParam) writer.getDefaultWriteParam();
            param.setCompressionType(CompressionType.Lossy);
            param.setCompressionQuality(quality / (float) BEST);
            writer.setOutput(out);
            writer.write(null, new IIOImage(Images.buffered(picture), null, null), param);
        } catch (LinkageError e) {
            throw new IllegalStateException("WebP's native library does not run here: " + e, e);
        } catch (IOException e) {
            throw new UncheckedIOException("memory took no picture", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
