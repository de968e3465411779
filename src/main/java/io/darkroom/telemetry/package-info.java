/** What can be seen of the work from outside: traces and figures of jobs. Knows nothing of what is in a prompt. */
@NullMarked
package io.darkroom.telemetry;

import org.jspecify.annotations.NullMarked;
