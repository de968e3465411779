package io.darkroom.text;

import java.nio.file.Path;

/** Reads the tokenizer of a folder, whichever files it has. */
public final class Tokenizers {
    private Tokenizers() {}

    /**
     * {@code vocab.json} and {@code merges.txt} make transformers' {@code CLIPTokenizer}; with {@code tokenizer.json}
     * alone it is the fast tokenizer that the file describes. They differ in rare signs. T5's {@code spiece.model} is
     * turned into such a file where there is none.
     *
     * @param defaultLength how many ids the encoder takes, where the folder does not say
     * @throws TokenizerFileException where a file is missing or unreadable
     */
    public static Tokenizer read(Path folder, int defaultLength) {
        TokenizerFiles files = new TokenizerFiles(folder);
        if (files.has("vocab.json") && files.has("merges.txt")) {
            return ClipTokenizer.read(folder, defaultLength);
        }
        if (files.has("tokenizer.json")) {
            return FastTokenizer.read(files, defaultLength);
        }
        if (files.has("spiece.model")) {
            return FastTokenizer.readSentencePiece(files, defaultLength);
        }
        throw new TokenizerFileException(
                folder + ": found no tokenizer, expected vocab.json and merges.txt, tokenizer.json, or spiece.model");
    }
}
