package io.darkroom.bench;

import java.util.List;

/** A group of measurements. */
public interface Suite {
    /** Measures. Takes seconds to minutes. */
    List<Row> run() throws Exception;
}
