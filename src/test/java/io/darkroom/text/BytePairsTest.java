package io.darkroom.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BytePairsTest {
    private final BytePairs pairs = new BytePairs(List.of("a b", "ab c</w>", "a b</w>"));

    @Test
    void joinsWhatWasLearntFirst() {
        assertThat(pairs.encode("abc")).containsExactly("abc</w>");
        assertThat(pairs.encode("ab")).containsExactly("ab</w>");
        assertThat(pairs.encode("abab")).containsExactly("ab", "ab</w>");
        assertThat(pairs.encode("\u00e4")).containsExactly("\u00c3", "\u00a4</w>");
    }

    @Test
    void wordsThatComeAgainAreRemembered() {
        String longest = "ab".repeat(16);

        assertThat(pairs.encode(longest)).isSameAs(pairs.encode(longest));
    }

    @Test
    void longWordsAreNot() {
        String word = "ab".repeat(16) + "c";

        assertThat(pairs.encode(word)).isEqualTo(pairs.encode(word)).isNotSameAs(pairs.encode(word));
    }

    @Test
    void wordsShareTheirSymbols() {
        List<String> one = pairs.encode("abxabc");
        List<String> other = pairs.encode("abyxabc");

        assertThat(one.get(0)).isSameAs(other.get(0));
        assertThat(one.get(1)).isSameAs(other.get(2));
        assertThat(one.get(2)).isSameAs(other.get(3));
    }
}
