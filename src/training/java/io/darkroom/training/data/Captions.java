package io.darkroom.training.data;

import io.darkroom.training.data.Scene.Kind;
import io.darkroom.training.data.Scene.Style;
import io.darkroom.training.data.Scene.Subject;
import io.darkroom.training.data.Scene.Thing;
import io.darkroom.training.data.Scene.Time;
import io.darkroom.training.data.Scene.Weather;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Captions by a grammar: words, order and articles vary, and some attributes are left out, so that a model learns what
 * each word does on its own. Words that tell of bad quality are rarely left out: a plain prompt shall mean a good picture.
 */
public final class Captions {
    /** The share of captions that are bare lists of style words, as people write them in negative prompts. */
    private static final double BARE = 0.06;

    /** A noun with its article; adjectives go between them. */
    private record Noun(String article, String noun) {}

    private final Random random;
    private final boolean complete;

    private Captions(Random random, boolean complete) {
        this.random = random;
        this.complete = complete;
    }

    /** A caption as for training: something may be missing. */
    public static String of(Scene scene, Random random) {
        if (scene.style() != Style.PLAIN && random.nextDouble() < BARE) {
            return new Captions(random, false).bare(scene.style());
        }
        return new Captions(random, false).write(scene);
    }

    /** A caption that names every attribute but clear weather, for measuring. */
    public static String complete(Scene scene, Random random) {
        return new Captions(random, true).write(scene);
    }

    private boolean keep(double dropped) {
        return complete || random.nextDouble() >= dropped;
    }

    private String pick(String... words) {
        return words[random.nextInt(words.length)];
    }

    private String write(Scene scene) {
        List<String> adjectives = new ArrayList<>();
        List<String> after = new ArrayList<>();
        String prefix = style(scene.style(), adjectives, after);
        String weather = weather(scene.weather(), adjectives);
        Noun noun = noun(scene.subject());
        StringBuilder land = new StringBuilder();
        if (!adjectives.isEmpty() && noun.article().equals("the") && random.nextBoolean()) {
            noun = new Noun("a", noun.noun());
        }
        boolean article = !noun.article().isEmpty() && random.nextDouble() < 0.85;
        land.append(article ? noun.article() + " " : "");
        Collections.reverse(adjectives);
        adjectives.forEach(a -> land.append(a).append(' '));
        land.append(noun.noun());
        String time = keep(0.1) ? time(scene.time()) : "";
        boolean timeFirst = random.nextDouble() < 0.7;
        add(land, timeFirst ? time : weather);
        add(land, timeFirst ? weather : time);
        return prefix + withThings(land.toString(), scene.things()) + suffix(after);
    }

    private static void add(StringBuilder text, String words) {
        if (!words.isEmpty()) {
            text.append(' ').append(words);
        }
    }

    private Noun noun(Subject subject) {
        return switch (subject) {
            case LAKE -> new Noun("a", pick("mountain lake", "mountain lake", "lake in the mountains", "lake"));
            case MOUNTAINS -> random.nextDouble() < 0.75
                    ? new Noun("", "mountains")
                    : new Noun("a", pick("mountain range", "mountain landscape"));
            case SEA -> new Noun("the", pick("sea", "sea", "ocean"));
            case DESERT -> random.nextDouble() < 0.65
                    ? new Noun("", pick("desert dunes", "sand dunes", "dunes"))
                    : new Noun("the", "desert");
            case HILLS -> random.nextDouble() < 0.75
                    ? new Noun("", pick("green hills", "green hills", "hills"))
                    : new Noun("a", pick("meadow", "green meadow"));
            case FOREST -> random.nextDouble() < 0.85
                    ? new Noun("a", pick("pine forest", "pine forest", "forest"))
                    : new Noun("", "pine trees");
        };
    }

    private String time(Time time) {
        return switch (time) {
            case DAWN -> pick("at dawn", "at dawn", "at sunrise", "in the morning");
            case NOON -> pick("at noon", "at noon", "by day", "during the day");
            case SUNSET -> pick("at sunset", "at sunset", "at dusk", "in the evening");
            case NIGHT -> pick("at night", "at night", "by night", "under the moon");
        };
    }

    /** As an adjective, which is added, or as words that stand behind, which are returned. */
    private String weather(Weather weather, List<String> adjectives) {
        boolean before = random.nextDouble() < 0.6;
        switch (weather) {
            case CLEAR -> {
                return !complete && random.nextDouble() < 0.1 ? "under a clear sky" : "";
            }
            case CLOUDY -> {
                return place(before, "cloudy", pick("under clouds", "under a cloudy sky"), adjectives);
            }
            case FOG -> {
                return place(before, pick("foggy", "misty"), pick("in fog", "in the fog", "in mist"), adjectives);
            }
            case SNOW -> {
                return place(before, pick("snowy", "snowy", "winter"), pick("in snow", "in winter"), adjectives);
            }
        }
        throw new IllegalStateException(weather.toString());
    }

    private String place(boolean before, String adjective, String phrase, List<String> adjectives) {
        if (!keep(0.12)) {
            return "";
        }
        if (before) {
            adjectives.add(adjective);
            return "";
        }
        return phrase;
    }

    /** Words before the subject, which are returned, or adjectives or words at the end, which are added. */
    private String style(Style style, List<String> adjectives, List<String> after) {
        switch (style) {
            case PLAIN -> {
                return random.nextDouble() < 0.15 ? pick("a picture of ", "a view of ") : "";
            }
            case PHOTO -> {
                return photo(adjectives, after);
            }
            case CARTOON -> {
                return named("cartoon", "a cartoon of ", after, adjectives);
            }
            case OIL -> {
                return named("oil painting", "an oil painting of ", after, null);
            }
            case BLACK_AND_WHITE -> {
                return named(
                        "black and white",
                        pick("a black and white photo of ", "black and white photo of ", "a black and white picture of "),
                        after,
                        null);
            }
            case BLURRY -> {
                return named("blurry", pick("a blurry photo of ", "a blurry picture of "), after, adjectives);
            }
            case LOW_QUALITY -> {
                return named(
                        "low quality", pick("a low quality photo of ", "a low quality picture of "), after, adjectives);
            }
        }
        throw new IllegalStateException(style.toString());
    }

    private String photo(List<String> adjectives, List<String> after) {
        if (!keep(0.2)) {
            return "";
        }
        List<String> words = new ArrayList<>(List.of("4k", "detailed", "sharp", "photorealistic", "photo"));
        Collections.shuffle(words, random);
        double u = random.nextDouble();
        String prefix = "";
        if (u < 0.35) {
            adjectives.add("photorealistic");
            words.remove("photorealistic");
        } else if (u < 0.6) {
            prefix = pick("a photo of ", "photo of ");
            words.remove("photo");
        }
        int least = u < 0.6 ? 0 : 1;
        after.addAll(words.subList(0, least + random.nextInt(3)));
        return prefix;
    }

    private String named(
            String word, String prefix, List<String> after, @Nullable List<String> adjectives) {
        if (!keep(0.04)) {
            return "";
        }
        double u = random.nextDouble();
        if (u < 0.5) {
            return prefix;
        }
        if (adjectives != null && u < 0.65) {
            adjectives.add(word);
        } else {
            after.add(word);
        }
        return "";
    }

    private static String suffix(List<String> words) {
        return words.isEmpty() ? "" : ", " + String.join(", ", words);
    }

    private String bare(Style style) {
        List<String> words = new ArrayList<>(
                switch (style) {
                    case PLAIN -> List.of("picture");
                    case PHOTO -> List.of("photorealistic", "4k", "photo", "detailed", "sharp");
                    case CARTOON -> List.of("cartoon");
                    case OIL -> List.of("oil painting", "painting");
                    case BLACK_AND_WHITE -> List.of("black and white");
                    case BLURRY -> List.of("blurry", "low quality");
                    case LOW_QUALITY -> List.of("low quality", "blurry");
                });
        // The first names the style; of two that go together in prompts the other may follow.
        String first = words.remove(0);
        Collections.shuffle(words, random);
        words.add(0, first);
        return String.join(", ", words.subList(0, 1 + random.nextInt(words.size())));
    }

    private String withThings(String land, List<Thing> all) {
        List<String> things = new ArrayList<>();
        boolean balloons = true;
        for (Thing thing : all) {
            if (keep(0.08)) {
                things.add(thing(thing));
                balloons &= thing.kind() == Kind.BALLOON;
            }
        }
        if (things.isEmpty()) {
            return land;
        }
        String joined = String.join(" and ", things);
        double u = random.nextDouble();
        if (u < 0.5) {
            return land + " with " + joined;
        }
        if (u < 0.75) {
            return joined + (balloons ? " over " : " in front of ") + land;
        }
        return u < 0.9 ? joined + ", " + land : land + ", " + joined;
    }

    private String thing(Thing thing) {
        String colour = keep(0.08) ? thing.hue().name().toLowerCase(Locale.ROOT) + " " : "";
        String noun =
                switch (thing.kind()) {
                    case BALLOON -> pick("balloon", "balloon", "balloon", "hot air balloon");
                    case BALL -> pick("ball", "ball", "ball", "sphere");
                    case SAILBOAT -> "sailboat";
                };
        String article = colour.startsWith("o") ? "an " : "a ";
        String side =
                switch (thing.side()) {
                    case LEFT -> " on the left";
                    case CENTER -> pick(" in the center", " in the center", " in the middle");
                    case RIGHT -> " on the right";
                };
        return article + colour + noun + (keep(0.1) ? side : "");
    }
}
