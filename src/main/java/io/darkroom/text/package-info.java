/** Tokenizers, equal to those of Hugging Face's transformers. */
@NullMarked
package io.darkroom.text;

import org.jspecify.annotations.NullMarked;
