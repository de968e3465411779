package io.darkroom.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes PNG: 8-bit RGB, and how the picture was made as text inside. Same input, same bytes. */
public final class PngWriter {
    /** The keyword of the text chunk. */
    public static final String KEYWORD = "parameters";

    private static final String TREE = "javax_imageio_png_1.0";

    /** Fixed, so that the bytes are. Deflate gains little on noise by working harder. */
    private static final float COMPRESSION_QUALITY = 0.5f;

    private PngWriter() {}

    /**
     * Encodes a picture.
     *
     * @param parameters one JSON object, put into an iTXt chunk under {@link #KEYWORD}, as UTF-8
     */
    public static byte[] write(Pixels picture, String parameters) {
        return write(picture, Map.of(KEYWORD, parameters));
    }

    /**
     * Encodes a picture.
     *
     * @param texts by keyword (1 to 79 Latin-1 characters), each put into an iTXt chunk, as UTF-8
     */
    public static byte[] write(Pixels picture, Map<String, String> texts) {
        BufferedImage image = Images.buffered(picture);
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(COMPRESSION_QUALITY);
            IIOMetadata metadata =
                    writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), param);
            if (!texts.isEmpty()) {
                metadata.mergeTree(TREE, tree(texts));
            }
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, metadata), param);
        } catch (IOException e) {
            throw new UncheckedIOException("memory took no picture", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static IIOMetadataNode tree(Map<String, String> texts) {
        IIOMetadataNode entries = new IIOMetadataNode("iTXt");
        texts.forEach((keyword, text) -> {
            IIOMetadataNode entry = new IIOMetadataNode("iTXtEntry");
            entry.setAttribute("keyword", keyword);
            entry.setAttribute("compressionFlag", "FALSE");
            entry.setAttribute("compressionMethod", "0");
            entry.setAttribute("languageTag", "");
            entry.setAttribute("translatedKeyword", "");
            entry.setAttribute("text", text);
            entries.appendChild(entry);
        });
        IIOMetadataNode root = new IIOMetadataNode(TREE);
        root.appendChild(entries);
        return root;
    }
}
