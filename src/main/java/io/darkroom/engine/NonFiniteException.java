package io.darkroom.engine;

/** A model's output holds NaN or infinity: it would be a black picture. */
final class NonFiniteException extends RuntimeException {
    NonFiniteException(String message) {
        super(message);
    }
}
