package io.darkroom.training.net;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScalarsTest {
    @Test
    void aNumberOutlivesTheCollectionsBetweenTheWayThereAndTheWayBack() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray x = manager.ones(new Shape(3));
            x.setRequiresGradient(true);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                NDArray y = x;
                for (int i = 0; i < 10; i++) {
                    y = Scalars.times(y, i % 2 == 0 ? 4 : 0.25);
                }
                List<ByteBuffer> others = collectAndReuse();
                collector.backward(y.sum());
                assertThat(others).isNotEmpty();
            }

            assertThat(x.getGradient().toFloatArray()).containsOnly(1f);
        }
    }

    /** Frees what nobody in Java holds, and writes over the places. */
    private static List<ByteBuffer> collectAndReuse() {
        List<ByteBuffer> others = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            System.gc();
            for (int k = 0; k < 1000; k++) {
                others.add(ByteBuffer.allocateDirect(4)
                        .order(ByteOrder.nativeOrder())
                        .putFloat(0, 1e9f));
            }
        }
        return others;
    }
}
