/** The worker: drives the state machine of {@code job} with the engine, the store and the topics. */
@NullMarked
package io.darkroom.worker;

import org.jspecify.annotations.NullMarked;
