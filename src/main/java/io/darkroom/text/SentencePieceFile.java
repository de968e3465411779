package io.darkroom.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A sentencepiece unigram model, {@code spiece.model}, turned into what {@code tokenizer.json} would say: transformers'
 * {@code T5Converter}. A protocol buffer; field numbers as in sentencepiece_model.proto.
 */
final class SentencePieceFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int EXTRA_IDS = 100;
    private static final String SPACE = "\u2581";
    private static final String END = "</s>";

    private static final int TYPE_NORMAL = 1;
    private static final int TYPE_UNKNOWN = 2;
    private static final int TYPE_CONTROL = 3;

    private record Piece(String text, float score, int type) {}

    private final Path path;
    private final List<Piece> pieces = new ArrayList<>();
    private byte[] charsmap = new byte[0];

    private SentencePieceFile(Path path, ByteBuffer model) {
        this.path = path;
        while (model.hasRemaining()) {
            int tag = (int) varint(model);
            switch (tag) {
                case 1 << 3 | 2 -> pieces.add(piece(part(model)));
                case 3 << 3 | 2 -> normalizer(part(model));
                default -> skip(tag, model);
            }
        }
    }

    /**
     * The file as a {@code tokenizer.json}.
     *
     * @throws TokenizerFileException where it cannot be read as such a model
     */
    static JsonNode read(Path path) {
        try {
            ByteBuffer model = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
            return new SentencePieceFile(path, model).json();
        } catch (IOException e) {
            throw new TokenizerFileException(path + " cannot be read: " + e, e);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new TokenizerFileException(path + " is no sentencepiece model: " + e.getMessage(), e);
        }
    }

    private static Piece piece(ByteBuffer message) {
        String text = "";
        float score = 0;
        int type = TYPE_NORMAL;
        while (message.hasRemaining()) {
            int tag = (int) varint(message);
            switch (tag) {
                case 1 << 3 | 2 -> text =
                        StandardCharsets.UTF_8.decode(part(message)).toString();
                case 2 << 3 | 5 -> score = message.getFloat();
                case 3 << 3 -> type = (int) varint(message);
                default -> skip(tag, message);
            }
        }
        return new Piece(text, score, type);
    }

    private void normalizer(ByteBuffer message) {
        while (message.hasRemaining()) {
            int tag = (int) varint(message);
            if (tag == (2 << 3 | 2)) {
                ByteBuffer bytes = part(message);
                charsmap = new byte[bytes.remaining()];
                bytes.get(charsmap);
            } else {
                skip(tag, message);
            }
        }
    }

    private static long varint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = from.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number of more than 64 bits");
    }

    private static ByteBuffer part(ByteBuffer from) {
        int length = (int) varint(from);
        if (length < 0 || length > from.remaining()) {
            throw new IllegalArgumentException(
                    "a field of " + length + " bytes where " + from.remaining() + " are left");
        }
        ByteBuffer part = from.slice(from.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        from.position(from.position() + length);
        return part;
    }

    private static void skip(int tag, ByteBuffer from) {
        switch (tag & 7) {
            case 0 -> varint(from);
            case 1 -> from.getLong();
            case 2 -> part(from);
            case 5 -> from.getInt();
            default -> throw new IllegalArgumentException("wire type " + (tag & 7));
        }
    }

    private ObjectNode json() {
        int unknown = -1;
        ObjectNode json = JSON.createObjectNode();
        ArrayNode added = json.putArray("added_tokens");
        ArrayNode vocabulary = JSON.createArrayNode();
        int end = -1;
        for (int id = 0; id < pieces.size(); id++) {
            Piece piece = pieces.get(id);
            vocabulary.addArray().add(piece.text()).add((double) piece.score());
            if (piece.type() == TYPE_UNKNOWN || piece.type() == TYPE_CONTROL) {
                added.add(special(id, piece.text(), false));
            }
            unknown = piece.type() == TYPE_UNKNOWN ? id : unknown;
            end = piece.text().equals(END) ? id : end;
        }
        if (unknown < 0 || end < 0) {
            throw new TokenizerFileException(
                    path + ": found " + pieces.size() + " pieces, expected an unknown one and " + END + " among them");
        }
        for (int i = EXTRA_IDS - 1; i >= 0; i--) {
            String text = "<extra_id_" + i + ">";
            added.add(special(vocabulary.size(), text, true));
            vocabulary.addArray().add(text).add(0f);
        }
        json.put("version", "1.0");
        json.set("normalizer", normalizers());
        json.putObject("pre_tokenizer").setAll(metaspace());
        json.putObject("decoder").setAll(metaspace());
        json.set("post_processor", ending(end));
        ObjectNode model = json.putObject("model").put("type", "Unigram").put("unk_id", unknown);
        model.put("byte_fallback", false).set("vocab", vocabulary);
        return json;
    }

    private static ObjectNode special(int id, String text, boolean strips) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("content", text)
                .put("single_word", false)
                .put("lstrip", strips)
                .put("rstrip", strips)
                .put("normalized", false)
                .put("special", true);
    }

    private ObjectNode normalizers() {
        ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
        ArrayNode all = sequence.putArray("normalizers");
        if (charsmap.length > 0) {
            all.addObject()
                    .put("type", "Precompiled")
                    .put("precompiled_charsmap", Base64.getEncoder().encodeToString(charsmap));
        }
        all.addObject().put("type", "Strip").put("strip_left", false).put("strip_right", true);
        all.addObject()
                .put("type", "Replace")
                .put("content", SPACE)
                .putObject("pattern")
                .put("Regex", " {2,}");
        return sequence;
    }

    private static ObjectNode metaspace() {
        return JSON.createObjectNode()
                .put("type", "Metaspace")
                .put("replacement", SPACE)
                .put("prepend_scheme", "always")
                .put("split", true);
    }

    /** The end's token after the text. */
    private static ObjectNode ending(int end) {
        ObjectNode processor = JSON.createObjectNode().put("type", "TemplateProcessing");
        for (String kind : List.of("single", "pair")) {
            ArrayNode template = processor.putArray(kind);
            for (String sequence : kind.equals("single") ? List.of("A") : List.of("A", "B")) {
                template.addObject().putObject("Sequence").put("id", sequence).put("type_id", 0);
                template.addObject().putObject("SpecialToken").put("id", END).put("type_id", 0);
            }
        }
        ObjectNode token = processor.putObject("special_tokens").putObject(END).put("id", END);
        token.putArray("ids").add(end);
        token.putArray("tokens").add(END);
        return processor;
    }
}
