package io.darkroom.training.run;

import java.io.IOException;

final class Report {
    private final Course course;

    Report(Course course) {
        this.course = course;
    }

    void write() throws IOException {
        course.judge();
    }
}
