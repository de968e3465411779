package io.darkroom.text;

/** A tokenizer's file is missing, or not what it should be. The message names the file. */
public class TokenizerFileException extends RuntimeException {
    public TokenizerFileException(String message) {
        super(message);
    }

    public TokenizerFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
