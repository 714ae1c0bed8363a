/** chainwalk/lessons: the lessons and what the engine makes of them. */
export { choiceText } from './choiceText.ts'
export { fillLessonText } from './fillLessonText.ts'
export type { ChoiceValue, Language, Lesson, LessonChoice, LessonConnection, LessonNamespace, LessonPacket, LessonQuestion, LessonRules, LessonStep, LocalText } from './lesson.ts'
export { lessonAnswer } from './lessonAnswer.ts'
export type { LessonAnswer } from './lessonAnswer.ts'
export { lessons } from './lessons.ts'
export { stepQuestion } from './stepQuestion.ts'
