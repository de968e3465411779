package io.darkroom.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes JPEG: baseline, 8-bit, without metadata of ours. Same input, same bytes. */
public final class JpegWriter {
    private static final int BEST = 100;

    private JpegWriter() {}

    /**
     * Encodes a picture.
     *
     * @param quality 1 to 100
     * @throws IllegalArgumentException if the quality is outside that
     */
    public static byte[] write(Pixels picture, int quality) {
        if (quality < 1 || quality > BEST) {
            throw new IllegalArgumentException("quality is " + quality + "; accepted are 1 to " + BEST);
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(quality / (float) BEST);
            writer.setOutput(out);
            writer.write(null, new IIOImage(Images.buffered(picture), null, null), param);
        } catch (IOException e) {
            throw new UncheckedIOException("memory took no picture", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
