package io.darkroom.image;

import java.awt.image.BufferedImage;

/** Between pictures and the JDK's images. */
final class Images {
    private Images() {}

    static BufferedImage buffered(Pixels picture) {
        BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, picture.width(), picture.height(), picture.rgb(), 0, picture.width());
        return image;
    }
}
