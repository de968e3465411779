package io.darkroom.pipeline;

/**
 * Something wrong with one field of a request.
 *
 * @param field its name, as in the contract
 * @param message quotes the value and says what would be accepted
 */
public record Problem(String field, String message) {}
