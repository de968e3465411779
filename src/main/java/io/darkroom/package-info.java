/** Darkroom: render requests on Kafka become pictures in object storage. */
@NullMarked
package io.darkroom;

import org.jspecify.annotations.NullMarked;
