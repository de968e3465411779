package io.darkroom.pipeline;

import io.darkroom.model.ModelFolder;
import io.darkroom.model.ModelUnavailableException;
import io.darkroom.text.Tokenizer;
import io.darkroom.text.TokenizerFileException;
import io.darkroom.text.Tokenizers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tokenizers of a folder, by the text encoder that each is for. */
final class Texts {
    private static final int CLIP_LENGTH = 77;
    /** Texts of the jobs that are held, most of them: each is needed when its request is checked, planned and encoded. */
    private static final int KEPT = 256;

    private final Map<String, Tokenizer> tokenizers = new LinkedHashMap<>();
    private final Latest<Family.Text, Tokenizer.Tokens> known = new Latest<>(KEPT);

    /**
     * Reads them.
     *
     * @param encoders {@code text_encoder}, {@code text_encoder_2}: each has a graph and a tokenizer of the same number
     * @throws ModelUnavailableException where one is missing or unreadable
     */
    Texts(ModelFolder folder, List<String> encoders) {
        for (String encoder : encoders) {
            folder.graph(encoder);
            int length = folder.config(encoder).integer("max_position_embeddings", CLIP_LENGTH);
            try {
                tokenizers.put(
                        encoder,
                        Tokenizers.read(folder.component(encoder.replace("text_encoder", "tokenizer")), length));
            } catch (TokenizerFileException e) {
                throw new ModelUnavailableException(String.valueOf(e.getMessage()), e);
            }
        }
    }

    Set<String> encoders() {
        return tokenizers.keySet();
    }

    /** Python's {@code text or otherwise}: the empty text counts as none. */
    static String or(@Nullable String text, String otherwise) {
        return text == null || text.isEmpty() ? otherwise : text;
    }

    /** The tokenizer of the encoder that a text is for. */
    Tokenizer of(Family.Text text) {
        Tokenizer tokenizer = tokenizers.get(text.encoder());
        if (tokenizer == null) {
            throw new IllegalArgumentException("no tokenizer for " + text.encoder());
        }
        return tokenizer;
    }

    Tokenizer.Tokens tokens(Family.Text text) {
        return known.get(text, this::encode);
    }

    private Tokenizer.Tokens encode(Family.Text text) {
        Tokenizer tokenizer = of(text);
        return text.length() == 0 ? tokenizer.encode(text.text()) : tokenizer.encode(text.text(), text.length());
    }

    /** The same where the texts are weighted, and so may be longer. */
    List<Warning> cutWeighted(List<Family.Text> texts) {
        Set<Warning> warnings = new LinkedHashSet<>();
        for (Family.Text text : texts) {
            WeightedText weighted = WeightedText.of(text.text(), of(text));
            if (!weighted.cut().isEmpty()) {
                warnings.add(new Warning(
                        text.field(), "cut after " + weighted.tokens().size() + " tokens: \"" + weighted.cut() + "\""));
            }
        }
        return new ArrayList<>(warnings);
    }

    /** What the encoders will not see, once for each text and cut. */
    List<Warning> cut(List<Family.Text> texts) {
        Set<Warning> warnings = new LinkedHashSet<>();
        for (Family.Text text : texts) {
            Tokenizer.Tokens tokens = tokens(text);
            if (!tokens.cut().isEmpty()) {
                warnings.add(new Warning(
                        text.field(),
                        "cut after " + (tokens.used() - tokens.special()) + " tokens: \"" + tokens.cut() + "\""));
            }
        }
        return new ArrayList<>(warnings);
    }
}
