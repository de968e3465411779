package io.darkroom.chaos;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.none;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;

/**
 * An agent of the virtual machine: {@code java.time}'s clock is so many seconds off. {@code System.currentTimeMillis} is
 * not, for it is no Java.
 */
public final class SkewedClock {
    private static final int TOLERANCE_S = 5;

    private SkewedClock() {}

    /** Is called by the virtual machine before {@code main}. */
    public static void premain(String seconds, Instrumentation virtualMachine) {
        long offset = Long.parseLong(seconds);
        new AgentBuilder.Default()
                .disableClassFormatChanges()
                .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
                .ignore(none())
                .type(named("java.time.Clock"))
                .transform((builder, type, loader, module, domain) -> builder.visit(Advice.withCustomMapping()
                        .bind(Seconds.class, offset)
                        .to(Skew.class)
                        .on(named("currentInstant"))))
                .installOn(virtualMachine);
        long off = Instant.now().getEpochSecond() - System.currentTimeMillis() / 1000;
        if (Math.abs(off - offset) > TOLERANCE_S) {
            throw new IllegalStateException("the clock is " + off + " s off, not " + offset);
        }
    }

    /** The option with which a virtual machine has such a clock. */
    static String option(Path jar, long seconds) {
        return "-javaagent:" + jar.toAbsolutePath() + "=" + seconds;
    }

    /** Writes the agent's jar. */
    static void write(Path jar) {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Premain-Class", SkewedClock.class.getName());
        main.putValue("Can-Retransform-Classes", "true");
        main.putValue(
                "Class-Path",
                AgentBuilder.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString());
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream to = new JarOutputStream(file, manifest)) {
            for (Class<?> each : new Class<?>[] {SkewedClock.class, Seconds.class, Skew.class}) {
                String name = each.getName().replace('.', '/') + ".class";
                to.putNextEntry(new JarEntry(name));
                try (InputStream in =
                        Objects.requireNonNull(each.getClassLoader()).getResourceAsStream(name)) {
                    Objects.requireNonNull(in).transferTo(to);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Marks the offset in the advice. */
    @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
    @interface Seconds {}

    /** Is copied to the end of the JDK's method. */
    static final class Skew {
        private Skew() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Instant now, @Seconds long seconds) {
            now = now.plusSeconds(seconds);
        }
    }
}
