package io.darkroom.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.text.PromptAttention.Part;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples that the reference's documentation gives, and what is left open there. */
class PromptAttentionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "normal text | normal text=1.0",
                "an (important) word | an =1.0;important=1.1; word=1.0",
                "(unbalanced | unbalanced=1.1",
                "\"\\(literal\\]\" | (literal]=1.0",
                "(unnecessary)(parens) | unnecessaryparens=1.1",
                "\"a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).\" | \"a =1.0;house=1.5730000000000004; =1.1;"
                        + "on=1.0; a =1.1;hill=0.55;, sun, =1.1;sky=1.4641000000000006;.=1.1\"",
                "(a:-0.5) | a=-0.5",
                "a: b) ] | a: b) ]=1.0",
                "\"\" | =1.0"
            })
    void readsAsTheReferenceDoes(String prompt, String expected) {
        String parts = PromptAttention.parse(prompt).stream()
                .map(p -> p.text() + "=" + p.weight())
                .collect(Collectors.joining(";"));

        assertThat(parts).isEqualTo(expected);
    }

    @Test
    void aWeightThatIsNoNumberIsNamed() {
        assertThatThrownBy(() -> PromptAttention.parse("a (cat:1.2.3)"))
                .isInstanceOf(PromptAttention.WeightException.class)
                .hasMessageContaining("1.2.3");
    }

    @Test
    void deepNestingIsReadWithoutRecursion() {
        Part part = PromptAttention.parse("(".repeat(4000) + "a").get(0);

        assertThat(part.text()).isEqualTo("a");
        assertThat(part.weight()).isGreaterThan(1e100);
    }
}
