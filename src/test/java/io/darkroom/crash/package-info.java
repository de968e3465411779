/**
 * Kills, stops and cuts off real workers, and checks what is left. The workers are the packaged application in processes
 * of their own; between them and a real broker and a real store stand two proxies, which see every effect of a worker
 * on its way.
 */
@NullMarked
package io.darkroom.crash;

import org.jspecify.annotations.NullMarked;
