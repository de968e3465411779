package io.darkroom.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TerminalBarTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);

    @Test
    void drawsOneLineOverAndOver() {
        TerminalBar bar = new TerminalBar(out, true);

        bar.draw("a-job", 5, 20, 1500);

        assertThat(written.toString(StandardCharsets.UTF_8))
                .startsWith("\r")
                .contains("██████░░")
                .contains("5/20")
                .contains("1.5 s left")
                .doesNotContain("\n");
    }

    @Test
    void isSilentWhereNobodyWatches() {
        TerminalBar bar = new TerminalBar(out, false);

        bar.draw("a-job", 5, 20, 1500);
        bar.clear();

        assertThat(written.size()).isZero();
    }
}
