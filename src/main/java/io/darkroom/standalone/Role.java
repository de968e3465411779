package io.darkroom.standalone;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** A part of a standalone Darkroom; one process may hold any of them. */
public enum Role {
    /** The Kafka broker. */
    BROKER,
    /** The S3 server. */
    STORE,
    /** What renders. */
    WORKER,
    /** The page and its API. */
    WEB;

    /** Every role: what a process holds that was not told otherwise. */
    public static Set<Role> all() {
        return Collections.unmodifiableSet(EnumSet.allOf(Role.class));
    }

    /**
     * Reads a list of roles, as in {@code broker,store}.
     *
     * @throws StandaloneException if a name is none of the roles, or none is named
     */
    public static Set<Role> parse(Iterable<String> names) {
        EnumSet<Role> roles = EnumSet.noneOf(Role.class);
        for (String name : names) {
            if (!name.isBlank()) {
                roles.add(parse(name.strip()));
            }
        }
        if (roles.isEmpty()) {
            throw new StandaloneException(Setting.ROLES + " names no role; " + accepted());
        }
        return Collections.unmodifiableSet(roles);
    }

    private static Role parse(String name) {
        for (Role role : values()) {
            if (role.toString().equals(name.toLowerCase(Locale.ROOT))) {
                return role;
            }
        }
        throw new StandaloneException(Setting.ROLES + ": there is no role \"" + name + "\"; " + accepted());
    }

    private static String accepted() {
        return "accepted is a list of broker, store, worker and web";
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
