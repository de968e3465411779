package io.darkroom.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.model.ElementType;
import io.darkroom.model.TextEncoder;
import io.darkroom.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TextCacheTest {
    private static final Set<String> WANTED = Set.of("last_hidden_state");

    private int width = 1;
    private final List<List<List<Integer>>> calls = new ArrayList<>();
    private final TextCache cache = new TextCache(new TextEncoder() {
        @Override
        public List<Encoding> encode(List<List<Integer>> ids, Set<String> outputs) {
            calls.add(ids);
            return ids.stream()
                    .map(text -> new Encoding(Map.of("last_hidden_state", Tensor.zeros(text.size(), width))))
                    .toList();
        }

        @Override
        public Set<String> outputs() {
            return WANTED;
        }

        @Override
        public ElementType elementType() {
            return ElementType.FLOAT32;
        }

        @Override
        public void shrink() {}

        @Override
        public void close() {}
    });

    private static TextCache.Key text(Integer... ids) {
        return new TextCache.Key(List.of(ids), WANTED);
    }

    @Test
    void textsOfOneLengthShareACallAndThoseOfAnotherHaveTheirOwn() {
        List<TextCache.Key> texts = List.of(text(1, 2), text(3, 4, 5), text(6, 7));

        Map<TextCache.Key, TextEncoder.Encoding> encoded = cache.encode(texts);

        assertThat(calls).containsExactly(List.of(List.of(1, 2), List.of(6, 7)), List.of(List.of(3, 4, 5)));
        assertThat(encoded.keySet()).containsExactlyInAnyOrderElementsOf(texts);
        assertThat(encoded).allSatisfy((text, encoding) -> assertThat(
                        encoding.output("last_hidden_state").dim(0))
                .isEqualTo(text.ids().size()));
    }

    @Test
    void thoseThatWereUsedLastAreKept() {
        for (int i = 0; i < 64; i++) {
            cache.encode(List.of(text(i)));
        }
        cache.encode(List.of(text(0)));

        cache.encode(List.of(text(64)));

        assertThat(calls).hasSize(65);
        cache.encode(List.of(text(0), text(2), text(64)));
        assertThat(calls).hasSize(65);
        cache.encode(List.of(text(1)));
        assertThat(calls).hasSize(66);
    }

    @Test
    void largeOnesAreKeptUpToSoManyBytes() {
        width = 2 << 20; // 8 MiB, as T5-XXL with 512 tokens
        for (int i = 0; i < 9; i++) {
            cache.encode(List.of(text(i)));
        }

        cache.encode(List.of(text(1), text(8)));
        assertThat(calls).hasSize(9);
        cache.encode(List.of(text(0)));

        assertThat(calls).hasSize(10);
        cache.encode(List.of(text(2)));
        assertThat(calls).hasSize(11);
    }

    @Test
    void oneThatIsLargerThanAllThatIsKeptIsEncodedAllTheSame() {
        width = 17 << 20;

        assertThat(cache.encode(List.of(text(1)))).containsKey(text(1));
        assertThat(cache.encode(List.of(text(1)))).containsKey(text(1));
        assertThat(calls).hasSize(2);
    }
}
