package io.darkroom.job;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Content as a value. Whoever makes one hands its array over, and nobody writes to it afterwards.
 */
public final class Bytes {
    private final byte[] array;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /** Wraps an array, which belongs to the value from now on. */
    public static Bytes of(byte[] array) {
        return new Bytes(array);
    }

    /** The text as UTF-8. */
    public static Bytes utf8(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The bytes themselves: to be read, never written. */
    public byte[] array() {
        return array;
    }

    /** The number of bytes. */
    public int size() {
        return array.length;
    }

    /** The bytes read as UTF-8; what is no UTF-8 becomes the replacement character. */
    public String text() {
        return new String(array, StandardCharsets.UTF_8);
    }

    /** The SHA-256 in lower-case hex: 64 characters. */
    public String sha256() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(array));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes b && Arrays.equals(array, b.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    @Override
    public String toString() {
        return array.length + " bytes";
    }
}
