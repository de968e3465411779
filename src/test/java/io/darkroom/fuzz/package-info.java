/** Random and hostile input at every place where strangers' bytes come in: each gets a definite answer. */
@NullMarked
package io.darkroom.fuzz;

import org.jspecify.annotations.NullMarked;
