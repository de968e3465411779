package io.darkroom.image;

import java.awt.image.BufferedImage;

/** Between pictures and the JDK's images. */
final class Images {
    private Images() {}

    static BufferedImage buffered(Pixels picture) {
        BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        // As they are: setRGB would look up each pixel's colour model.
        image.getRaster().setDataElements(0, 0, picture.width(), picture.height(), picture.rgb());
        return image;
    }
}
