package io.darkroom;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromQlTest {
    private static final Exposition EXPORTED = Exposition.parse(
            """
            # TYPE jobs_total counter
            jobs_total{outcome="completed",tenant="a"} 1.0
            jobs_total{outcome="failed",tenant="b"} 2.0
            # TYPE pictures_total counter
            pictures_total{tenant="a"} 4.0
            # TYPE age_seconds gauge
            age_seconds 0.5
            # TYPE took_seconds histogram
            took_seconds_bucket{le="0.1"} 0.0
            took_seconds_bucket{le="+Inf"} 1.0
            took_seconds_count 1.0
            took_seconds_sum 1.5
            """);

    private static void check(String query) {
        PromQl.check(query, EXPORTED, Set.of("instance"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max by (instance) (age_seconds) > 900",
                "sum(rate(jobs_total{outcome=\"failed\"}[15m])) > 0.2 * sum(rate(jobs_total[15m]))",
                "sum by (tenant) (increase(jobs_total[5m])) / sum by (tenant) (increase(pictures_total[5m]))",
                "histogram_quantile(0.95, sum by (le) (rate(took_seconds_bucket[5m])))",
                "jobs_total{outcome=~\"comp.*\"} and on (tenant) pictures_total",
                "sum(age_seconds) + sum(rate(took_seconds_sum[5m]))",
                "sort_desc(sum(jobs_total) by (tenant))"
            })
    void aQueryOfWhatIsExportedPasses(String query) {
        assertThatCode(() -> check(query)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sum(job_total) | job_total is not exported",
                "jobs_total{code=\"x\"} | jobs_total has no label code",
                "jobs_total{outcome=\"complete\"} | has no outcome complete, only [completed, failed]",
                "sum by (model) (jobs_total) | by [model], but there is only [instance, outcome, tenant]",
                "sum by (tenant) (jobs_total) / sum(pictures_total) | [tenant] / [] never match",
                "jobs_total / pictures_total | never match",
                "jobs_total and on (model) pictures_total | on [model] does not fit",
                "rate(age_seconds[5m]) | rate wants a counter",
                "rate(jobs_total) | rate wants a range",
                "sum(jobs_total[5m]) | a range where a vector is wanted",
                "histogram_quantile(0.5, sum(rate(took_seconds_bucket[5m]))) | no buckets",
                "predict(jobs_total) | predict is not known",
                "sum(jobs_total | expected )",
                "jobs_total ? | cannot be read from",
                "sum(5) | a number where a vector is wanted"
            })
    void oneOfWhatIsNotThereIsRefused(String query, String why) {
        assertThatThrownBy(() -> check(query))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
