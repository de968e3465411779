package io.darkroom.training.run;

import java.io.IOException;

final class Evaluation {
    private final Course course;

    Evaluation(Course course) {
        this.course = course;
    }

    void run() throws IOException {
        course.judge();
    }
}
