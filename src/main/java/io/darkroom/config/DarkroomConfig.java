package io.darkroom.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/**
 * Every setting of Darkroom's own, under {@code darkroom.}; Kafka's and Quarkus's keep their names. Sizes take K, M and
 * G (powers of 1024), durations a unit ({@code 30S}, {@code PT30S}, {@code 500ms}).
 */
@ConfigMapping(prefix = "darkroom")
public interface DarkroomConfig {
    Models models();

    /**
     * {@code auto} (every CUDA device, else the CPU), {@code cpu}, {@code cuda:0,cuda:1}, or {@code cpu:0,cpu:1}: so many
     * parts of the CPU, each with an equal share of its cores. Jobs are shared out between the devices.
     */
    @WithDefault("auto")
    @Pattern(
            regexp = "auto|cpu|cpu:\\d+(, *cpu:\\d+)*|cuda(:\\d+)?(, *cuda(:\\d+)?)*",
            message = "must be auto, cpu, cuda, a list such as cuda:0,cuda:1, or parts of the CPU such as cpu:0,cpu:1")
    String devices();

    Storage storage();

    Standalone standalone();

    Limits limits();

    Topics topics();

    Events events();

    Tenants tenants();

    Worker worker();

    Engine engine();

    Noise noise();

    Web web();

    Metrics metrics();

    /** How long a partition that is asked back may be held while its running jobs finish, or are written down. */
    @WithDefault("10S")
    Duration handover();

    /** Where models are and when they are loaded. */
    interface Models {
        /** A folder with one diffusers folder for each model. Need not exist: the starter model is always there. */
        @WithDefault("models")
        Path path();

        /**
         * Instead of {@code path}: models from the store, as {@code s3://bucket/prefix}, below which each has a folder (or which
         * is a model's folder itself). They are brought into {@code cache} before the worker is ready. What changes in the
         * bucket is seen at the next start.
         */
        Optional<
                        @Pattern(
                                regexp = "s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?",
                                message = "must be s3://bucket or s3://bucket/prefix")
                        String>
                source();

        /** What is kept of {@code source} on this machine. Workers may share it; it needs hard links. */
        @WithDefault("models-cache")
        Path cache();

        /** The model of requests that name none. Default: the only one in the folder, else the starter. */
        @io.smallrye.config.WithName("default")
        Optional<String> defaultModel();

        /** {@code start}: before the worker takes requests, the default model; {@code first-use}: when asked for. */
        @WithDefault("start")
        @Pattern(regexp = "start|first-use", message = "must be start or first-use")
        String load();

        /**
         * Loaded models take at most this much, by the size of their files; the least recently used go first. A job
         * of one that finds no room waits until those in use are not; a larger one is loaded alone. Of each CUDA device; of
         * the CPU for all of its parts together.
         */
        @WithDefault("8G")
        MemorySize memory();
    }

    /** The S3-compatible store. */
    interface Storage {
        /** For example {@code https://s3.eu-central-1.amazonaws.com}. Standalone: its own server. */
        Optional<String> endpoint();

        /** Where the job records are, and pictures unless a request names another bucket. */
        @WithDefault("darkroom")
        @NotBlank
        String bucket();

        /** The region that requests to the store are signed for. */
        @WithDefault("us-east-1")
        @NotBlank
        String region();

        /** Who asks the store. Standalone: its own server's, {@code darkroom}. */
        Optional<String> accessKey();

        /** The access key's secret. Standalone: its own server's, {@code darkroom-secret}. */
        Optional<String> secretKey();

        /**
         * Instead of the two keys: a credentials file as AWS's tools have it ({@code [default]}, {@code aws_access_key_id},
         * {@code aws_secret_access_key}, {@code aws_session_token}), read again whenever it changes.
         */
        Optional<Path> credentialsFile();

        /**
         * Instead of the two keys: a role taken with the pod's own token ({@code AWS_ROLE_ARN},
         * {@code AWS_WEB_IDENTITY_TOKEN_FILE}), or what the machine or container is given. A presigned URL is then valid for
         * as long as the role at most.
         */
        @WithDefault("false")
        boolean webIdentity();

        /** The token service of {@code web-identity}. Default: AWS's own in the region {@code AWS_REGION}. */
        Optional<URI> stsEndpoint();

        /**
         * How long one call may take, with all that is sent and answered, 1 s to 1 day; half of it without a word of the
         * store. What takes longer is tried again: it has to be enough for the largest picture and the largest checkpoint.
         * Models are brought in calls that may take any time.
         */
        @WithDefault("60S")
        @DurationMin(seconds = 1, message = "must be 1S to 24H")
        @DurationMax(days = 1, message = "must be 1S to 24H")
        Duration timeout();

        /** Buckets besides the configured one from which input images may be read. */
        Optional<Set<String>> inputBuckets();

        /** What the keys of input images must begin with, in every bucket. Default: anything but the workers' own. */
        Optional<Set<@NotBlank String>> inputPrefixes();

        /** What the prefixes of outputs must begin with. Default: anything but the workers' own. */
        Optional<Set<@NotBlank String>> outputPrefixes();
    }

    /** The broker and the store that come with the process, where none are configured. */
    interface Standalone {
        /** Default: on where neither a broker nor a store is configured, off in Kubernetes and in our images. */
        Optional<Boolean> enabled();

        /** Where broker and store keep what they have. It belongs to one process at a time. */
        @WithDefault("darkroom-data")
        Path dataDir();

        /** The broker's port on 127.0.0.1. */
        @WithDefault("9092")
        @Min(1)
        @Max(65535)
        int kafkaPort();

        /** The store's port on 127.0.0.1. */
        @WithDefault("9000")
        @Min(1)
        @Max(65535)
        int s3Port();

        /** What this process is: some of {@code broker}, {@code store}, {@code worker}, {@code web}. */
        @WithDefault("broker,store,worker,web")
        List<@Pattern(regexp = "broker|store|worker|web") String> roles();

        /** One request of its own at the first start with an empty topic. */
        @WithDefault("true")
        boolean firstLight();
    }

    /** What one request may ask for. */
    interface Limits {
        /** Bytes of a request; standalone at most 2 MiB, which is what its topics take. */
        @WithDefault("1M")
        MemorySize requestBytes();

        /** Bytes of each text field, in UTF-8. */
        @WithDefault("8K")
        MemorySize promptBytes();

        /** Width times height of a picture. */
        @WithDefault("4194304")
        @Min(64)
        int pixels();

        /** Steps of a picture. */
        @WithDefault("1000")
        @Min(1)
        int steps();

        /** Pictures a request. */
        @WithDefault("16")
        @Min(1)
        int pictures();

        /** Pictures of a sweep. */
        @WithDefault("64")
        @Min(1)
        int sweep();

        /** Of all pictures of a request: width times height times evaluations of the model. Default: any number. */
        Optional<@Min(64) Long> pixelSteps();

        /** Bytes of an input picture, as it is stored. */
        @WithDefault("32M")
        MemorySize inputBytes();

        /** Width times height of an input picture. */
        @WithDefault("33554432")
        @Min(64)
        int inputPixels();
    }

    /** The topics' names. */
    interface Topics {
        /** One, or several in order of urgency. */
        @WithDefault("darkroom.requests")
        List<@NotBlank String> requests();

        /** Where cancellations are read. */
        @WithDefault("darkroom.cancellations")
        String cancellations();

        /** Where terminal events go: completed, failed, canceled. */
        @WithDefault("darkroom.completions")
        String completions();

        /** Where started and progress events go. */
        @WithDefault("darkroom.progress")
        String progress();

        /** Where requests go that are put aside. */
        @WithDefault("darkroom.requests.dead")
        String dead();
    }

    /** What is told. */
    interface Events {
        /**
         * Terminal events and the offsets of their requests go in one transaction: consumers that read committed records
         * only ({@code isolation.level=read_committed}) see each event once. Events that end within a tenth of a second share
         * one.
         */
        @WithDefault("false")
        boolean exactlyOnce();
    }

    /**
     * What each tenant may have of a worker while others wait: who has had it comes after all who have not. Nothing is
     * refused for it.
     */
    interface Tenants {
        /** Of every tenant that has none by its name; requests that name no tenant count as one. */
        @WithParentName
        Quota each();

        /** By tenant: {@code darkroom.tenants.named.acme.jobs=4}. */
        Map<String, Quota> named();

        /**
         * By request topic, whose all requests there are: {@code darkroom.tenants.topics."requests.acme"=acme}. So the
         * broker's ACLs decide who is who; a request there that names another tenant is refused.
         */
        Map<String, @NotBlank String> topics();
    }

    /** One tenant's quota on each worker. */
    interface Quota {
        /** Jobs rendered at the same time. Default: as many as the engine takes. */
        Optional<@Min(1) Integer> jobs();

        /** The device's time in the last hour. Default: all of it. */
        Optional<@DurationMin(nanos = 1, message = "must be more than 0S") Duration> deviceTimePerHour();
    }

    /** How the worker takes jobs and gives them back. */
    interface Worker {
        /** In events and attempts. Default: the host's name. */
        Optional<String> name();

        /** Kafka's consumer group of all workers that share the requests. */
        @WithDefault("darkroom-workers")
        @NotBlank
        String group();

        /**
         * How the group shares partitions: {@code consumer} (KIP-848), {@code classic}, or {@code auto}: the former where
         * the broker has it.
         */
        @WithDefault("auto")
        @Pattern(regexp = "auto|consumer|classic", message = "must be auto, consumer or classic")
        String groupProtocol();

        /** Unclean ends after which a job fails with {@code attempts_exhausted}. */
        @WithDefault("3")
        @Min(1)
        int maxAttempts();

        /** Requests taken from a topic and not yet finished, at most: among these is chosen who is next. */
        @WithDefault("1000")
        @Min(1)
        int windowRequests();

        /** Bytes of these requests, at most. */
        @WithDefault("16M")
        MemorySize windowBytes();

        /** At a stop, running jobs may finish for so long; what cannot is written down, and left to the next worker. */
        @WithDefault("20S")
        Duration drain();
    }

    /** The device's thread. */
    interface Engine {
        /**
         * Jobs whose pictures are being sampled at the same time, on each device: what calls can be filled from. A quarter
         * as many more have a place there where they are more urgent, or take at most an eighth of the time, than those
         * that fill these.
         */
        @WithDefault("16")
        @Min(1)
        int jobs();

        /**
         * Rows a call at most: one row is one evaluation of one picture, conditional or not. How many pay is measured, and
         * how many fit too; this is for those who want fewer.
         */
        @WithDefault("64")
        @Min(1)
        int rows();

        /**
         * Rows of every call of the denoiser, filled up where there are fewer: a job's picture is then the same to the
         * last bit whatever is rendered beside it, at the price of the padding. Default: none.
         */
        Optional<@Min(1) @Max(1024) Integer> fixedRows();

        /** After how long without a job the memory that is kept for calls is given back. */
        @WithDefault("30S")
        Duration idle();

        /**
         * A job is written down each time that it has spent so much of the device's time, so that another worker can go on
         * from there; {@code 0S} for never (but at a stop and a handover).
         */
        @WithDefault("20S")
        @DurationMin(message = "must be 0S or more")
        Duration checkpointInterval();
    }

    /** torch's generators. */
    interface Noise {
        /**
         * How many threads {@code torch.randn} uses at most on the GPU whose noise is asked for: its multiprocessors
         * times their threads. 132 times 2048 on an H100 or H200.
         */
        @WithDefault("270336")
        @Min(256)
        int cudaThreads();
    }

    /** What figures are told apart by. */
    interface Metrics {
        /** So many tenants, and as many values of the label, have figures of their own; all others are {@code other}. */
        @WithDefault("100")
        @Min(1)
        int tenants();

        /** The name of the requests' label by whose values costs are told apart too. Default: none. */
        Optional<String> label();
    }

    /** The HTTP API. */
    interface Web {
        /** The page and the API. Default: on standalone, off in a cluster. Health and metrics are always there. */
        Optional<Boolean> enabled();

        /** Asked for as {@code Authorization: Bearer ...} where the API listens beyond this machine. */
        Optional<String> token();
    }
}
