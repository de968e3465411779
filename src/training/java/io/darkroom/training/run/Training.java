package io.darkroom.training.run;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The command that trains: {@code Training FOLDER CONFIG [STAGE...]}. Without stages it does all that are not done yet.
 * docs/training.md tells how to start it.
 */
public final class Training {
    private static final List<String> BEFORE = List.of("data", "features", "vae", "decoder", "latents");
    private static final List<String> AFTER = List.of("judge", "evaluate", "report");

    private Training() {}

    /**
     * Runs stages.
     *
     * @param args the folder of everything that is made, the configuration's file, and stages: {@code data}, {@code
     *     features}, {@code vae}, {@code decoder}, {@code latents}, a model's name, {@code export:NAME}, {@code judge},
     *     {@code evaluate}, {@code report}, {@code all}
     */
    @SuppressWarnings("try") // the lock is held, not used
    public static void main(String[] args) throws IOException {
        if (args.length < 2) {
            throw new IllegalArgumentException("give a folder, a configuration and stages");
        }
        TrainingConfig config = TrainingConfig.read(Path.of(args[1]));
        List<String> stages = stages(config, Arrays.asList(args).subList(2, args.length));
        Path folder = Files.createDirectories(Path.of(args[0]));
        try (FileChannel lock = locked(folder);
                NDManager root = NDManager.newBaseManager()) {
            Course course = new Course(folder, config, System.out, root);
            for (String stage : stages) {
                run(course, stage);
            }
        }
    }

    /** Keeps other processes away from a folder until it is closed, or the process ends, however it ends. */
    static FileChannel locked(Path folder) throws IOException {
        FileChannel lock =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock.tryLock() == null) {
            lock.close();
            throw new IllegalStateException(folder + " is in use by another process that trains or measures");
        }
        return lock;
    }

    /** The stages that are meant, checked before the first begins. */
    private static List<String> stages(TrainingConfig config, List<String> named) {
        List<String> all = new ArrayList<>(BEFORE);
        config.models().keySet().forEach(model -> {
            all.add(model);
            all.add("export:" + model);
        });
        all.addAll(AFTER);
        if (named.isEmpty() || named.equals(List.of("all"))) {
            return all;
        }
        for (String name : named) {
            if (!all.contains(name)) {
                throw new IllegalArgumentException("stage: \"" + name + "\" is none of " + all + " or \"all\"");
            }
        }
        return named;
    }

    private static void run(Course course, String stage) throws IOException {
        switch (stage) {
            case "data" -> course.data();
            case "features" -> course.features();
            case "vae" -> course.vae();
            case "decoder" -> course.decoder();
            case "latents" -> course.latents();
            case "judge" -> course.judge();
            case "evaluate" -> new Evaluation(course).run();
            case "report" -> new Report(course).write();
            default -> {
                if (stage.startsWith("export:")) {
                    new Export(course).write(stage.substring("export:".length()));
                } else {
                    course.model(stage);
                }
            }
        }
    }
}
