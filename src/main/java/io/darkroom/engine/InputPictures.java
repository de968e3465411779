package io.darkroom.engine;

import io.darkroom.job.Failure;
import io.darkroom.job.Problem;
import io.darkroom.job.RenderRequest;
import io.darkroom.pipeline.InputImage;
import java.util.List;

/** Where the pictures come from that jobs start from. */
public interface InputPictures {
    /**
     * Fetches and decodes a picture. Blocks.
     *
     * @param field the request's field that names it, for problems
     * @throws UnusableException where it is not there, cannot be read, or is too large: a fault of the request
     * @throws io.darkroom.job.SurroundingsException where the store is at fault
     */
    InputImage read(String field, RenderRequest.ImageRef at);

    /** The picture that the request names cannot be used. */
    final class UnusableException extends RuntimeException {
        private final transient List<Problem> problems;

        /** @param problems at least one */
        public UnusableException(List<Problem> problems) {
            super(Failure.of(problems).message());
            this.problems = List.copyOf(problems);
        }

        /** What is wrong, at least one. */
        public List<Problem> problems() {
            return problems;
        }
    }
}
