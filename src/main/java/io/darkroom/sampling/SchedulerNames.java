package io.darkroom.sampling;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The short names of samplers, as a request writes them. A suffix {@code _karras}, {@code _exponential} or
 * {@code _beta} asks for those noise levels, where the class has them: {@code dpmpp_2m_karras}.
 */
public final class SchedulerNames {
    private SchedulerNames() {}

    /** What a name stands for: a class and the keys that it sets. */
    public record Named(SchedulerClass type, Map<String, Object> keys) {}

    private static final Map<String, Named> NAMES = new LinkedHashMap<>();

    private static final Map<String, String> SUFFIXES = Map.of(
            "_karras", "use_karras_sigmas",
            "_exponential", "use_exponential_sigmas",
            "_beta", "use_beta_sigmas");

    static {
        name("ddim", SchedulerClass.DDIM);
        name("ddim_inverse", SchedulerClass.DDIM_INVERSE);
        name("ddpm", SchedulerClass.DDPM);
        name("pndm", SchedulerClass.PNDM);
        name("plms", SchedulerClass.PNDM, "skip_prk_steps", true);
        name("lms", SchedulerClass.LMS);
        name("euler", SchedulerClass.EULER);
        name("euler_ancestral", SchedulerClass.EULER_ANCESTRAL);
        name("euler_a", SchedulerClass.EULER_ANCESTRAL);
        name("heun", SchedulerClass.HEUN);
        name("kdpm2", SchedulerClass.KDPM2);
        name("kdpm2_ancestral", SchedulerClass.KDPM2_ANCESTRAL);
        name("dpm2", SchedulerClass.KDPM2);
        name("dpm2_ancestral", SchedulerClass.KDPM2_ANCESTRAL);
        name("dpm_2m", SchedulerClass.DPM_MULTISTEP, "algorithm_type", "dpmsolver", "final_sigmas_type", "sigma_min");
        name("dpmpp_2m", SchedulerClass.DPM_MULTISTEP, "algorithm_type", "dpmsolver++");
        name("dpmpp_2m_sde", SchedulerClass.DPM_MULTISTEP, "algorithm_type", "sde-dpmsolver++");
        name("dpmpp_3m", SchedulerClass.DPM_MULTISTEP, "algorithm_type", "dpmsolver++", "solver_order", 3);
        name("dpmpp_2m_inverse", SchedulerClass.DPM_MULTISTEP_INVERSE, "algorithm_type", "dpmsolver++");
        name("dpmpp_2s", SchedulerClass.DPM_SINGLESTEP, "algorithm_type", "dpmsolver++");
        name("dpmpp_3s", SchedulerClass.DPM_SINGLESTEP, "algorithm_type", "dpmsolver++", "solver_order", 3);
        name("unipc", SchedulerClass.UNIPC);
        name("deis", SchedulerClass.DEIS);
        name("sa_solver", SchedulerClass.SA_SOLVER);
        name("ipndm", SchedulerClass.IPNDM);
        name("lcm", SchedulerClass.LCM);
        name("tcd", SchedulerClass.TCD);
        name("edm_euler", SchedulerClass.EDM_EULER);
        name("edm_dpmpp_2m", SchedulerClass.EDM_DPM_MULTISTEP);
        name("flow_euler", SchedulerClass.FLOW_EULER);
        name("flow_heun", SchedulerClass.FLOW_HEUN);
    }

    private static void name(String name, SchedulerClass type) {
        NAMES.put(name, new Named(type, Map.of()));
    }

    private static void name(String name, SchedulerClass type, String key, Object value) {
        NAMES.put(name, new Named(type, Map.of(key, value)));
    }

    private static void name(String name, SchedulerClass type, String key, Object value, String key2, Object value2) {
        NAMES.put(name, new Named(type, Map.of(key, value, key2, value2)));
    }

    /** The short names without suffixes, in the order of the documentation. */
    public static List<String> all() {
        return List.copyOf(NAMES.keySet());
    }

    /** What a short name or a class name of diffusers stands for; empty where it is neither. */
    public static Optional<Named> resolve(String name) {
        Named known = NAMES.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        for (Map.Entry<String, String> suffix : SUFFIXES.entrySet()) {
            if (name.endsWith(suffix.getKey())) {
                Named plain = NAMES.get(
                        name.substring(0, name.length() - suffix.getKey().length()));
                if (plain != null && plain.type().defaults().containsKey(suffix.getValue())) {
                    Map<String, Object> keys = new LinkedHashMap<>(plain.keys());
                    keys.put(suffix.getValue(), true);
                    return Optional.of(new Named(plain.type(), keys));
                }
            }
        }
        return SchedulerClass.named(name).map(type -> new Named(type, Map.of()));
    }
}
