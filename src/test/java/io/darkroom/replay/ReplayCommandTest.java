package io.darkroom.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.darkroom.deploy.Settings;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What is refused before anything is asked for. */
class ReplayCommandTest {
    private static final int USAGE = 2;

    private final StringWriter err = new StringWriter();
    private final CommandLine command = ReplayCommand.of(new SmallRyeConfigBuilder().build(), Settings.read(Map.of()))
            .setErr(new PrintWriter(err, true));

    @Test
    void aCodeThatIsNoneIsRefusedWithThoseThatThereAre() {
        int status = command.execute("--code", "expired", "--code", "Out-of-memory");

        assertThat(status).isEqualTo(USAGE);
        assertThat(err.toString())
                .startsWith("--code \"Out-of-memory\": one of these is accepted: invalid_request, ")
                .contains(", out_of_memory, ");
    }

    @Test
    void aReasonThatIsNoneIsRefusedWithThoseThatThereAre() {
        int status = command.execute("--dead-letters", "--reason", "id_conflicts");

        assertThat(status).isEqualTo(USAGE);
        assertThat(err.toString())
                .startsWith("--reason \"id_conflicts\": one of these is accepted: "
                        + "id_conflict, unreadable, attempts_exhausted, record_unreadable");
    }

    @Test
    void aSettingWithoutWhichThereIsNoStoreIsNamed() {
        int status = command.execute("--id", "a");

        assertThat(status).isEqualTo(USAGE);
        assertThat(err.toString()).startsWith("darkroom.storage.endpoint is not set, so the store cannot be found");
    }
}
