package io.darkroom;

import io.darkroom.config.DarkroomConfig;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.validator.BeanValidationConfigValidator;
import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what is wrong with {@code darkroom.*} before anything is started: every problem at once, in one line each. */
final class SettingsCheck {
    private static final Pattern UNKNOWN = Pattern.compile("SRCFG00050: (\\S+) in (.+) does not map to any root");
    private static final Pattern UNREADABLE = Pattern.compile(
            "The config property (\\S+) with the config value \"(.*?)\" threw an Exception whilst being converted (.*)",
            Pattern.DOTALL);
    private static final Pattern REFUSED = Pattern.compile("(darkroom\\.\\S+?)(?:\\[\\d+])? (must .*)", Pattern.DOTALL);
    /** SmallRye's numbers of its messages tell a user nothing. */
    private static final Pattern NUMBER = Pattern.compile("SRCFG\\d+: ");

    private final SmallRyeConfig given;

    private SettingsCheck(SmallRyeConfig given) {
        this.given = given;
    }

    /**
     * Every problem, with the setting's name, its value and what is accepted.
     *
     * @param given the settings, without any mapping
     * @param sources the same, to be mapped
     */
    static List<String> problems(SmallRyeConfig given, SmallRyeConfigBuilder sources) {
        try (ValidatorFactory validators = Validation.buildDefaultValidatorFactory()) {
            BeanValidationConfigValidator validator = validators::getValidator;
            sources.withValidator(validator).withMapping(DarkroomConfig.class).build();
            return List.of();
        } catch (ConfigValidationException e) {
            SettingsCheck check = new SettingsCheck(given);
            List<String> problems = new ArrayList<>();
            for (int i = 0; i < e.getProblemCount(); i++) {
                problems.add(check.readable(e.getProblem(i).getMessage()));
            }
            return problems;
        }
    }

    private String readable(String message) {
        Matcher unknown = UNKNOWN.matcher(message);
        if (unknown.find()) {
            return unknown.group(1) + ": there is no such setting (given in " + unknown.group(2) + ")";
        }
        Matcher unreadable = UNREADABLE.matcher(message);
        if (unreadable.find()) {
            String why = NUMBER.matcher(unreadable.group(3)).replaceAll("");
            return unreadable.group(1) + ": \"" + unreadable.group(2) + "\" cannot be read: " + why;
        }
        Matcher refused = REFUSED.matcher(message);
        if (refused.matches()) {
            ConfigValue value = given.getConfigValue(refused.group(1));
            return refused.group(1) + ": \"" + value.getValue() + "\" " + refused.group(2);
        }
        return NUMBER.matcher(message).replaceAll("");
    }
}
