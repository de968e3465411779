package io.darkroom.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.darkroom.job.Failure;
import io.darkroom.job.Problem;
import io.darkroom.job.RenderRequest;
import io.darkroom.pipeline.InputImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputsTest {
    private static final RenderRequest.Inputs ALL = new RenderRequest.Inputs(
            new RenderRequest.ImageRef("a", null),
            null,
            new RenderRequest.ImageRef("b", null),
            null,
            new RenderRequest.ImageRef("c", null),
            null,
            null,
            null,
            null);

    private static InputImage missing(String field) {
        throw new InputPictures.UnusableException(
                List.of(new Problem(field + ".key", "there is no such object", Failure.Code.INPUT_NOT_FOUND)));
    }

    @Test
    void allPicturesThatCannotBeUsedAreReportedAtOnce() {
        InputPictures.UnusableException e = catchThrowableOfType(
                InputPictures.UnusableException.class,
                () -> Inputs.of(
                        ALL,
                        (field, at) ->
                                field.equals("mask_image") ? new InputImage(new byte[3], 1, 1) : missing(field)));

        assertThat(Failure.of(e.problems()).code()).isEqualTo(Failure.Code.INPUT_NOT_FOUND);
        assertThat(e.problems()).extracting(Problem::field).containsExactly("image.key", "control_image.key");
    }
}
