package io.darkroom.kafka;

/** Stops fetching from a topic, and goes on. Calls do not block, and have no effect where nothing of it is assigned. */
interface TopicPause {
    void pause(String topic);

    void resume(String topic);
}
