/** A Kafka broker and an S3 server inside this process, for a first run and for one machine. */
@NullMarked
package io.darkroom.standalone;

import org.jspecify.annotations.NullMarked;
