/** Benchmarks: suites of rows, each one of our figures beside a reference from the same run. */
@NullMarked
package io.darkroom.bench;

import org.jspecify.annotations.NullMarked;
