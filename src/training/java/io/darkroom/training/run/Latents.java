package io.darkroom.training.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.darkroom.training.data.DrawnSet;
import io.darkroom.training.data.Landscape;
import io.darkroom.training.net.Network;
import io.darkroom.training.objective.Autoencoding;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/**
 * What the encoder makes of each picture of a set: mean and deviation of its posterior, in a file of float32 [pictures, 2,
 * channels, height, width]. Denoisers are trained on samples of it, scaled to a deviation of 1.
 */
final class Latents {
    private static final int BATCH = 16;
    /** Enough for a deviation of four digits. */
    private static final int MEASURED = 1000;

    private final FloatBuffer values;
    private final Shape shape;
    private final int each;
    private final int count;
    private final double scale;

    private Latents(FloatBuffer values, Shape shape, int count) {
        this.values = values;
        this.shape = shape;
        this.each = (int) shape.size();
        this.count = count;
        this.scale = 1 / deviation();
    }

    /**
     * Encodes what is missing of a set.
     *
     * @param encoder with the weights that are shipped
     * @param channels of a latent, one for each 8 x 8 pixels
     */
    static Latents open(Path file, DrawnSet set, Network encoder, int channels, NDManager root, PrintStream out)
            throws IOException {
        int side = Landscape.SIDE / 8;
        Shape shape = new Shape(channels, side, side);
        long bytes = 2 * Float.BYTES * shape.size();
        try (FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Progress progress = new Progress("latents", "pictures", channel.size() / bytes, set.count(), out)) {
            int done = (int) Math.min(set.count(), channel.size() / bytes);
            while (done < set.count()) {
                int batch = Math.min(BATCH, set.count() - done);
                write(channel, done * bytes, encoded(set, done, batch, encoder, root));
                done += batch;
                progress.at(done);
            }
            FloatBuffer values = channel.map(MapMode.READ_ONLY, 0, set.count() * bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            return new Latents(values, shape, set.count());
        }
    }

    private static float[] encoded(DrawnSet set, int first, int batch, Network encoder, NDManager root) {
        int pixels = 3 * Landscape.SIDE * Landscape.SIDE;
        float[] pictures = new float[batch * pixels];
        for (int i = 0; i < batch; i++) {
            set.crop(first + i, 0, 0, Landscape.SIDE, pictures, i * pixels);
        }
        try (NDManager scope = root.newSubManager()) {
            NDArray x = scope.create(pictures, new Shape(batch, 3, Landscape.SIDE, Landscape.SIDE));
            NDArray[] posterior = Autoencoding.posterior(encoder.forward(x)[0]);
            float[] mean = posterior[0].toFloatArray();
            float[] deviation = posterior[1].div(2).exp().toFloatArray();
            int each = mean.length / batch;
            float[] both = new float[2 * mean.length];
            for (int i = 0; i < batch; i++) {
                System.arraycopy(mean, i * each, both, 2 * i * each, each);
                System.arraycopy(deviation, i * each, both, (2 * i + 1) * each, each);
            }
            return both;
        }
    }

    private static void write(FileChannel channel, long at, float[] floats) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * floats.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(floats);
        long next = at;
        while (bytes.hasRemaining()) {
            next += channel.write(bytes, next);
        }
    }

    /** Of samples about 0, over all channels: diffusers' {@code scaling_factor} is one over it. */
    private double deviation() {
        double sum = 0;
        double squares = 0;
        int measured = Math.min(count, MEASURED);
        for (int i = 0; i < measured; i++) {
            for (int k = 0; k < each; k++) {
                double mean = values.get(2 * i * each + k);
                double deviation = values.get((2 * i + 1) * each + k);
                sum += mean;
                squares += mean * mean + deviation * deviation;
            }
        }
        double n = (double) measured * each;
        return Math.sqrt(squares / n - sum / n * (sum / n));
    }

    /** What latents are multiplied by before they are noised. */
    double scale() {
        return scale;
    }

    int count() {
        return count;
    }

    /** Samples of the posteriors of some pictures, scaled, [batch, channels, height, width]. */
    NDArray sample(int[] numbers, Random random, NDManager scope) {
        float[] z = new float[numbers.length * each];
        for (int i = 0; i < numbers.length; i++) {
            int from = 2 * numbers[i] * each;
            for (int k = 0; k < each; k++) {
                double value = values.get(from + k) + values.get(from + each + k) * random.nextGaussian();
                z[i * each + k] = (float) (scale * value);
            }
        }
        return scope.create(z, new Shape(numbers.length, shape.get(0), shape.get(1), shape.get(2)));
    }
}
