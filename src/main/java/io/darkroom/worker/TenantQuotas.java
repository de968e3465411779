package io.darkroom.worker;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each tenant may have of one worker while others wait.
 *
 * @param usual of a tenant that has none of its own
 * @param named by tenant
 */
public record TenantQuotas(Quota usual, Map<String, Quota> named) {
    /** Everybody may have everything. */
    public static final TenantQuotas NONE = new TenantQuotas(Quota.NONE, Map.of());

    /**
     * One tenant's.
     *
     * @param jobs rendered at the same time, at least 1; null for any number
     * @param deviceTime in an hour; null for any
     */
    public record Quota(@Nullable Integer jobs, @Nullable Duration deviceTime) {
        /** Without limit. */
        public static final Quota NONE = new Quota(null, null);
    }

    public TenantQuotas {
        named = Map.copyOf(named);
    }

    Quota of(String tenant) {
        return named.getOrDefault(tenant, usual);
    }
}
